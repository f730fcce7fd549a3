"""Policies as text: read, laid over a base, checked, written, and read from disk."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grouping.errors import InputRefused, PolicyRefused, UsageRefused
from grouping.files.policies import open_policy, read_policy
from grouping.files.shipped import (
    figures,
    money_of,
    policy_names,
    policy_text,
    the_pair_table,
)
from grouping.policy import limits, rules, terms
from grouping.policy.schema import is_lock, ready_made
from grouping.policy.toml import document, merged, policy_of, with_settings, written
from grouping.policy.words import Limit, Policy, Rule, Term

ON_NORFOLK = 'base = "norfolk-2012"\n'
TABLES = ("take_part", "roles", "alone", "travel", "neighbours", "locks")


def base(name: str) -> dict[str, Any]:
    """Read a ready policy."""
    return document(policy_text(name), name)


def read(text: str, *changes: str) -> Policy:
    """Read the text of a policy file as the command line does."""
    whole = with_settings(merged(document(text, "mine.toml"), base), changes, base)
    return policy_of(whole, money=money_of, pair_table=the_pair_table(), file="mine.toml")


def refused(text: str, *changes: str) -> str:
    """Return all that is said of a policy file that is refused."""
    with pytest.raises(PolicyRefused) as caught:
        read(text, *changes)
    assert caught.value.exit_code == 4
    return "\n".join(str(fault) for fault in caught.value.faults)


def meaning(policy: Policy) -> dict[str, Any]:
    """Return all of a policy that can be compared."""
    parts: dict[str, Any] = {name: getattr(policy, name) for name in TABLES}
    for room in ("rules", "terms", "limits"):
        parts[room] = [(_name(one), one.settings) for one in getattr(policy, room)]
    weights = [term.exact_weight for term in policy.terms]
    bounds = [(limit.at_least, limit.at_most) for limit in policy.limits]
    year, grant = policy.money.year, policy.federation_grant
    return parts | {"all": (policy.name, policy.form, weights, bounds, year, grant)}


def _name(one: Rule | Term | Limit) -> str:
    return one.title if isinstance(one, Rule) else one.name


# --- the package's own data -------------------------------------------------------------------


def test_three_policies_are_ready():
    """The three policies of the two source documents are shipped."""
    assert policy_names() == ["norfolk-2012", "shared-business-manager", "soft-federation"]


def test_figures_are_decimals_as_written():
    """A figure keeps the decimals its file gives."""
    assert str(figures("ethos")["different_dioceses"]) == "0.15"
    assert money_of("2025-26").supply == Fraction(3, 100)


def test_a_year_without_figures_names_the_years_there_are():
    """A year with no dated file is refused, naming those there are."""
    with pytest.raises(PolicyRefused, match="2025-26"):
        money_of("2031-32")
    with pytest.raises(PolicyRefused):
        money_of("../policy/norfolk-2012")


def test_a_policy_not_found_names_the_nearest():
    """A misspelt name is answered with the nearest ready policy."""
    with pytest.raises(PolicyRefused, match='Did you mean "norfolk-2012"'):
        policy_text("norflk-2012")


# --- round trip -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", policy_names())
def test_a_ready_policy_survives_being_written_and_read(name: str):
    """What is written reads back the same, alone or merged, and writes the same bytes."""
    first = read_policy(name)
    text = written(first)
    alone = policy_of(document(text, "w"), money=money_of, pair_table=the_pair_table(), file="w")
    assert meaning(alone) == meaning(first) == meaning(read(text))
    assert written(alone) == text


def test_the_written_norfolk_has_the_keys_of_the_shipped_one_in_its_order():
    """Every table and key stands where the shipped file has it, with an equal value."""

    def flat(held: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for key, value in held.items():
            inside = isinstance(value, dict)
            found += flat(value, f"{above}{key}.") if inside else [(above + key, value)]
        return found

    again = document(written(read_policy("norfolk-2012")), "again")
    assert flat(again) == flat(base("norfolk-2012"))


def test_ready_functions_stand_in_the_order_of_the_shipped_file():
    """The order of the functions in their rooms is that of norfolk-2012."""
    shipped = base("norfolk-2012")
    for room in ("rules", "terms", "limits"):
        keys = [name for name, make in ready_made(room).items() if not is_lock(make)]
        assert keys == list(shipped[room])


def test_everything_that_can_be_changed_survives_the_round_trip():
    """A policy that changes a key of every kind reads back the same."""
    text = """
    name = 'The "odd" \\ one — żółć \u00a0'
    form = "soft federation"
    take_part = {academies = "informal", authorities = ["Norfolk", "Suffolk"], leave_out = [123456]}
    alone = {urgent = 2.50, small = "first"}
    journeys = {detour = 1.25, mph = 27.125}
    locks = {together = [[120001, 120002]], apart = [[120003, 120004, 120005]]}
    [neighbours]
    kind = "gabriel"
    barred = [[120007, 120006]]
    [rules]
    schools = {at_most = 3}
    combined_roll = {at_most = 600}
    combined_budget = {at_least = -0.025}
    [terms]
    size = {at_most = 0}
    leadership = {roll_change = 0.000001}
    [limits]
    federations = {at_most = 60}
    changed_schools = {at_least = 0, at_most = 5}
    """
    first = read(text)
    again = read(written(first))
    assert meaning(again) == meaning(first)
    assert written(again) == written(first)
    assert [rule.title for rule in first.rules] == [
        "schools",
        "combined_roll",
        "combined_budget",
        "apart",
        "together",
    ]
    assert first.alone.urgent == Fraction(5, 2)
    assert first.alone.small is None
    assert "detour = 1.25\n" in written(first)


def test_what_is_given_as_python_is_left_out_and_named():
    """A rule, term or limit given as Python stands in a comment, not as a key."""
    policy = (
        read_policy("norfolk-2012")
        .with_rule(Rule("one\ndiocese", allows=lambda f: f.size > 0))
        .with_rule(Rule("mine", name="ethos", allows=lambda f: f.size > 0))
        .with_term(Term("driving", "miles", Fraction(1, 5), lambda f: f.size))
    )
    text = written(policy)
    assert '# Given as Python, so not here: "ethos", "one\\x0adiocese"\n' in text
    assert '# Given as Python, so not here: "driving"\n' in text
    again = read(text)
    assert [r.title for r in again.rules] == [
        r.title for r in policy.rules if r.settings is not None
    ]


def test_a_number_with_no_end_as_a_decimal_is_refused():
    """One third, given from Python, cannot be written and is not rounded on the quiet."""
    third = read_policy("norfolk-2012").with_term(terms.ethos(Fraction(1, 3)))
    with pytest.raises(PolicyRefused, match="no end as a decimal"):
        written(third)


def test_the_written_weight_is_the_weight_in_force():
    """A weight is written as the term has it."""
    policy = read_policy("norfolk-2012").with_term(terms.ethos(Fraction("0.125")))
    assert "ethos = {weight = 0.125}" in written(policy)


# --- bases and switches -----------------------------------------------------------------------


def test_without_base_what_is_not_named_is_off_and_other_keys_take_their_defaults():
    """Rules, terms and limits must be named; every other key has its default."""
    policy = read("[rules]\nlongest_journey = {}\nethos = true\n[roles]\nsmall_below = 90\n")
    assert [rule.title for rule in policy.rules] == ["longest_journey", "ethos"]
    assert policy.rules[0].settings == {"at_most": 30}
    assert policy.terms == policy.limits == ()
    assert (policy.name, policy.roles.small_below, policy.roles.urgent_below) == (
        "norfolk-2012",
        90,
        50,
    )


def test_tables_merge_key_by_key_and_lists_replace():
    """Inline tables too keep the keys that are not named."""
    first = ON_NORFOLK + "[take_part]\nleave_out = [120001]\n[rules]\nschools = {at_most = 3}\n"
    policy = read(first)
    assert policy.rules[0].settings == {"at_least": 2, "at_most": 3}
    assert policy.take_part.leave_out == (120001,)
    assert policy.take_part.phases == ("Primary", "Middle deemed primary")


def test_false_switches_off_and_true_switches_on():
    """True takes the table of the base if it has one, else the defaults."""
    off = read(ON_NORFOLK + "[rules]\nethos = false\n[terms]\nsize = false\n")
    assert "ethos" not in [rule.title for rule in off.rules]
    assert "size" not in [term.name for term in off.terms]
    on = read('base = "shared-business-manager"\n[rules]\nlongest_journey = true\nethos = true\n')
    held = {rule.title: rule.settings for rule in on.rules}
    assert held["longest_journey"] == {"at_most": 20}
    assert held["ethos"] == {"policy": "default"}
    table = read('base = "shared-business-manager"\n[terms]\nleadership = {weight = 3}\n')
    leadership = next(term for term in table.terms if term.name == "leadership")
    assert leadership.settings == {"weight": 3, "roll_change": Fraction(-1, 10)}


def test_a_base_may_have_a_base():
    """Bases are laid one over the other, the nearest last."""
    shelf = {
        "a": {"base": "b", "roles": {"small_below": 90}},
        "b": {"base": "norfolk-2012", "roles": {"small_below": 80, "urgent_below": 40}},
    }
    found = merged({"base": "a"}, lambda name: shelf.get(name) or base(name))
    assert found["roles"] == {"urgent_below": 40, "small_below": 90, "partner_at_most": 420}
    assert "base" not in found


def test_a_circle_of_bases_is_refused():
    """A base that comes back to itself is refused, showing the circle."""
    shelf = {"a": {"base": "b"}, "b": {"base": "a"}}
    with pytest.raises(PolicyRefused, match='"a" -> "b" -> "a"'):
        merged({"base": "a"}, lambda name: shelf.get(name) or base(name))
    assert "is not the name of a policy" in refused("base = 3")


def test_a_base_with_a_value_for_a_table_is_refused_not_hidden():
    """A table laid over what is no table does not hide the mistake below."""
    shelf = {"a": {"base": "norfolk-2012", "rules": 3}}
    found = merged(
        {"base": "a", "rules": {"ethos": False}}, lambda name: shelf.get(name) or base(name)
    )
    with pytest.raises(PolicyRefused, match="a table is needed"):
        policy_of(found, money=money_of, pair_table=the_pair_table(), file="a")


# --- settings ---------------------------------------------------------------------------------


def test_a_setting_is_read_as_toml_else_as_text():
    """Numbers, words, tables and lists can be set; the last of one key stands."""
    policy = read(
        ON_NORFOLK,
        "rules.longest_journey.at_most=20",
        "rules.longest_journey.at_most = 25.5",
        "form=soft federation",
        "alone.small=2",
        "budget.year=2025-26",
        "rules.schools={at_most = 3}",
        "rules.combined_roll.at_most=600",
        "rules.ethos=false",
        'take_part.authorities=["Norfolk"]',
        "neighbours.edges=",
    )
    held = {rule.title: rule.settings for rule in policy.rules}
    assert held["longest_journey"] == {"at_most": Fraction(51, 2)}
    assert held["schools"] == {"at_least": 2, "at_most": 3}
    assert held["combined_roll"] == {"at_least": None, "at_most": 600}
    assert "ethos" not in held
    assert policy.alone.small == 2
    assert policy.take_part.authorities == ("Norfolk",)
    assert policy.form == "soft federation"


def test_unknown_keys_of_settings_are_refused_with_the_nearest():
    """Every unknown key is told at once."""
    said = refused(ON_NORFOLK, "rules.longest_journy=1", "roles.small=3", "base=soft-federation")
    assert '"longest_journey"' in said
    assert '"small_below"' in said
    assert "--policy" in said
    assert said.count("is not a known key") == 3
    assert "keys of its own" in refused(ON_NORFOLK, "roles.small_below.x=1")


@pytest.mark.parametrize("setting", ["foo", "", "=3", "rules..x=3"])
def test_a_setting_that_is_not_key_value_is_a_wrong_command_line(setting: str):
    """The command line is at fault, not the policy."""
    with pytest.raises(UsageRefused):
        with_settings(base("norfolk-2012"), [setting], base)


def test_a_bad_value_set_is_refused():
    """A setting is held to the same bounds as a file."""
    assert "longest_journey.at_most" in refused(ON_NORFOLK, "rules.longest_journey.at_most=far")
    said = refused(ON_NORFOLK, "rules=3", "rules.ethos=false")
    assert "rules, value 3: is a whole number where a table is needed" in said


# --- mistakes ---------------------------------------------------------------------------------

ONE_MISTAKE = {
    "max_group_sise = 3": "max_group_sise: is not a known key",
    "[rules]\nlongest_journy = {at_most = 3}": 'Did you mean "longest_journey"',
    "[rules]\nlongest_journey = {at_mots = 3}": 'Did you mean "at_most"',
    "[rules]\napart = [[120001, 120002]]": 'Did you mean "locks.apart"',
    "[rules]\nsmall_below = 3": 'Did you mean "roles.small_below"',
    "[rules]\nfor_the_small = {x = 1}": "no keys of its own",
    "[rules]\nschools = 3": "a table, true or false is needed",
    "[rules]\nschools = {at_most = 3.0}": "a whole number is needed",
    '[rules]\nschools = {at_most = "3"}': "is text where a whole number",
    "[rules]\nschools = {at_most = true}": "is true or false where a whole number",
    "[rules]\nschools = {at_most = 2020-01-01}": "is a date or time where a whole number",
    "[rules]\nschools = {at_least = 0, at_most = 1}": "rules.schools.at_most, value 1: is below 2",
    "[rules]\nschools = {at_most = 0xffffffffffffffffffffffffffff}": "out of range",
    "[rules]\nschools = {at_least = 5}": "at_least 5 is more than at_most 4",
    "[rules]\nlongest_journey = {at_most = true}": "is true or false where a number",
    "[rules]\nlongest_journey = {at_most = nan}": "not a finite number",
    "[rules]\nlongest_journey = {at_most = -inf}": "not a finite number",
    "[rules]\nlongest_journey = {at_most = 1e99999999999999999999}": "not a finite number",
    "[rules]\nlongest_journey = {at_most = 1e999999}": "out of range",
    "[rules]\nlongest_journey = {at_most = 1e-999999}": "decimal places",
    "[rules]\nlongest_journey = {at_most = -1}": "is negative",
    '[rules]\nethos = {policy = "stric"}': '"default", "strict", "open"',
    "[rules]\nethos = {policy = 3}": "a word is needed",
    "[rules]\ncombined_roll = true": "neither at_least nor at_most",
    "[rules]\ncombined_roll = {at_least = 9.5, at_most = 9}": "at_least 9.5 is more than at_most 9",
    "[rules]\ncombined_budget = {at_least = nan}": "not a finite number",
    "[terms]\njourney = {weight = -1}": "terms.journey.weight, value -1: is negative",
    "[terms]\njourney = {free = 20}": "full 20.0 is not more than free 20",
    "[terms]\njourney = {free = 0, full = 0}": "full 0 is not more than free 0",
    "[terms]\nleadership = {roll_change = -1.01}": "is below -1",
    "[terms]\nleadership = {roll_change = inf}": "not a finite number",
    "[terms]\nsize = {at_least = 300}": "at_least 300 is more than at_most 250",
    "[limits]\nfederations = 60": "a table, true or false is needed",
    "[limits]\nfederations = {at_most = -1}": "is negative",
    "[limits]\nfederations = {at_least = 3, at_most = 2}": "at_least 3 is more than at_most 2",
    "[limits]\nchanged_schools = {}": "neither at_least nor at_most",
    "[journeys]\nmph = 0": "must be more than 0",
    "[journeys]\nmph = -3": "is negative",
    "[journeys]\ndetour = 0.0": "must be more than 0",
    "[journeys]\nparking_minutes = -1": "is negative",
    "[neighbours]\nlink_at_most = -1": "is negative",
    "[neighbours]\nnearest = -1": "is negative",
    '[neighbours]\nkind = "gabriell"': '"minutes", "gabriel", "delaunay", "nearest", "edges"',
    '[neighbours]\nkind = "edges"': "needs a file of edges",
    "[neighbours]\nbarred = [[120001, 120002, 120003]]": "is not a pair",
    "[neighbours]\nadded = [[120001, 120001]]": "is not a pair",
    "[neighbours]\nbarred = [[120001, 120002]]\nadded = [[120002, 120001]]": "barred and added",
    "[neighbours]\nbarriers = 3": "is a whole number where text is needed",
    'form = "hard"': '"hard federation", "soft federation", "shared business manager"',
    "name = 3": "is a whole number where text is needed",
    'name = " "': "is blank",
    '[take_part]\nacademies = "yes"': '"leave out", "as maintained", "informal"',
    '[take_part]\nacademies = "informal"': "by law only maintained schools may federate",
    '[take_part]\nexisting = "kept"': 'Did you mean "keep"? Use one of: "keep", "free"',
    "[take_part]\nexisting_may_grow_by = -1": "is negative",
    '[take_part]\nphases = "Primary"': "is text where a list is needed",
    '[take_part]\nphases = ["Primry"]': 'Did you mean "Primary"',
    "[take_part]\nauthorities = [3]": "item 1, value 3: is a whole number where text",
    '[take_part]\nleave_out = ["120001"]': "is text where a URN is needed",
    "[take_part]\nleave_out = [120001.0]": "where a URN is needed",
    "[take_part]\nleave_out = [12]": "is not a URN",
    "[roles]\nurgent_below = -1": "is negative",
    '[alone]\nurgent = "last"': 'Write "first", or a number of points',
    "[alone]\nsmall = -1": "is negative",
    "[alone]\nsmall = true": "is true or false where a number",
    "[locks]\ntogether = [[120001]]": "fewer than two different schools",
    "[locks]\napart = [[120001, 120001]]": "fewer than two different schools",
    "[locks]\nfederations = [[]]": "fewer than two different schools",
    "[locks]\nfederations = [120001]": "is a whole number where a list is needed",
    "[locks]\ntogether = [[120001, true]]": "where a URN is needed",
    "[locks]\ntogether = [[120001, 120002, 120003]]\napart = [[120009, 120003, 120001]]": (
        "120001, 120003 are both together and apart"
    ),
    "[locks]\nfederations = [[120001, 120002, 120003]]\napart = [[120003, 120001]]": (
        "in one fixed federation and apart"
    ),
    "[locks]\nfederations = [[120001, 120002], [120003, 120002]]": "share URN 120002",
    '[budget]\nyear = "2031-32"': "budget.year",
    "[budget]\nyear = 2025": "is a whole number where text is needed",
    "[budget]\nfederation_grant = -5": "is negative",
    "rules = 3": "rules, value 3: is a whole number where a table is needed",
}


@pytest.mark.parametrize(("text", "said"), ONE_MISTAKE.items())
def test_a_mistake_is_refused_with_what_to_do(text: str, said: str):
    """One mistake on the defaults gives one fault, that names the file, key and remedy."""
    told = refused(ON_NORFOLK + text)
    assert said in told
    assert told.startswith("mine.toml, ")
    assert told.count("\n") == 0


def test_every_mistake_is_told_at_once():
    """A file full of mistakes is refused once, with one fault for each."""
    text = ON_NORFOLK + (
        'colour = "red"\n'
        "[rules]\nschools = {at_least = 4, at_most = 3}\nethos = {policy = 'x', odd = 1}\n"
        "[terms]\njourney = {weight = nan, free = 30}\n"
        "[locks]\ntogether = [[120001, 120002], [3]]\napart = [[120002, 120001]]\n"
        '[budget]\nyear = "1999"\n'
    )
    told = refused(text)
    for key in ("colour", "rules.schools", "rules.ethos.policy", "rules.ethos.odd"):
        assert f"mine.toml, {key}" in told
    for key in ("terms.journey.weight", "terms.journey:", "locks.together, item 2", "locks.apart"):
        assert f"mine.toml, {key}" in told
    assert "budget.year" in told
    assert len(told.splitlines()) == 9


def test_what_looks_odd_but_is_right_is_taken():
    """Bounds at their ends, repeats in locks and switched-off halves are no mistakes."""
    policy = read(
        ON_NORFOLK + "[locks]\ntogether = [[120001, 120002, 120001], [120002, 120001]]\n"
        "federations = [[120003, 120004], [120004, 120003]]\n"
        "[terms]\nsize = {at_least = 100, at_most = 0}\nleadership = {roll_change = -1}\n"
        "[rules]\ncombined_budget = {at_least = -2}\nschools = {at_least = 0}\n"
        '[take_part]\nphases = ["primary", "Primary"]\n'
    )
    assert policy.locks.together == ((120001, 120002),)
    assert policy.locks.federations == ((120003, 120004),)
    assert policy.take_part.phases == ("Primary",)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a = = 3", "line 1, column 5"),
        ("\n[rules]\nschools = {at_most = 3\n", "line 3"),
        ("[rules]\n[rules]\n", "line 2"),
        ("a = [1,", "at the end"),
        ("\nx = " + "1" * 5000, "line 2: holds a number of thousands of digits"),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("x = 2025-13-45", "line 1"),
        ("x = '\0'", "line 1"),
    ],
)
def test_text_that_is_not_toml_is_refused_with_its_place(text: str, where: str):
    """A mistake of writing is told with line and column."""
    with pytest.raises(PolicyRefused) as caught:
        document(text, "mine.toml")
    assert where in str(caught.value)
    assert str(caught.value).startswith("mine.toml")


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake():
    """A file saved on Windows reads like any other."""
    assert document('\ufeffname = "x"\r\n', "w") == {"name": "x"}


def test_keys_of_a_thousand_dots_and_many_unknown_keys_are_refused():
    """Wild files are refused in short words."""
    assert "is not a known key" in refused(".".join("a" * 5000) + " = 1")
    assert len(refused("\n".join(f"k{i} = 1" for i in range(3000))).splitlines()) == 3000
    key = "k" * 5000
    assert len(refused(f"{key} = 1")) < 400
    assert "\x1b" not in refused('"\\u001b[31m" = 1')


# --- rules found by name ----------------------------------------------------------------------


def no_more_than(*, pupils: int = 300, share: Fraction = Fraction(1, 2), sure: bool = True) -> Rule:
    """Federations of at most so many pupils."""
    if not share:
        raise ValueError("share must not be nothing")
    return Rule(
        name="no_more_than",
        sentence=f"at most {pupils} pupils",
        allows=lambda f: np.asarray(f.sum("roll") <= pupils, dtype=np.bool_),
        settings={"pupils": pupils, "share": share, "sure": sure},
    )


@pytest.fixture
def one_rule_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """List one more function among the rules."""
    monkeypatch.setattr(rules, "no_more_than", no_more_than, raising=False)
    monkeypatch.setattr(rules, "__all__", [*rules.__all__, "no_more_than"])


@pytest.mark.usefixtures("one_rule_more")
def test_a_new_rule_is_found_by_its_name():
    """A function listed in its room is a key, and its parameters are keys of it."""
    policy = read(ON_NORFOLK + "[rules]\nno_more_than = {pupils = 250, sure = false}\n")
    assert policy.rules[-1].settings == {"pupils": 250, "share": Fraction(1, 2), "sure": False}
    text = written(policy)
    assert "no_more_than = {pupils = 250, share = 0.5, sure = false}\n" in text
    assert meaning(read(text)) == meaning(policy)
    on = read(ON_NORFOLK + "[rules]\nno_more_than = true\n")
    assert on.rules[-1].settings == {"pupils": 300, "share": Fraction(1, 2), "sure": True}
    assert "no_more_than = false\n" in written(read(ON_NORFOLK))


@pytest.mark.usefixtures("one_rule_more")
def test_a_new_rule_is_checked_by_its_types_and_by_itself():
    """Wrong types are refused, and what the function itself refuses."""
    assert "a whole number is needed" in refused("[rules]\nno_more_than = {pupils = 2.5}\n")
    assert "true or false is needed" in refused("[rules]\nno_more_than = {sure = 1}\n")
    assert 'Did you mean "pupils"' in refused("[rules]\nno_more_than = {pupil = 2}\n")
    said = refused("[rules]\nno_more_than = {share = 0}\n")
    assert said == "mine.toml, rules.no_more_than: share must not be nothing."


def test_every_limit_and_term_is_listed():
    """The ready-made functions make objects of their own name."""
    for name, make in ready_made("limits").items():
        assert make(at_most=3).name == name
    for name, make in ready_made("terms").items():
        assert make(Fraction(1)).name == name
    assert set(ready_made("limits")) == set(limits.__all__)


# --- from disk --------------------------------------------------------------------------------


def test_a_ready_policy_is_read_by_name():
    """The soft federation lets academies in informally."""
    source = open_policy("soft-federation", ["roles.small_below=90"])
    assert source.policy.form == "soft federation"
    assert source.policy.roles.small_below == 90
    assert source.text == policy_text("soft-federation")
    assert len(source.sha256) == 64
    assert source.edges_path is source.barriers_path is None


def test_a_policy_file_may_start_from_files_beside_it(tmp_path):
    """Bases, and the files they name, are relative to the file that names them."""
    (tmp_path / "county").mkdir()
    edges = "from_urn,to_urn\n120002,120001\n120003,120003\n"
    (tmp_path / "county" / "links.csv").write_text(edges, encoding="utf-8")
    line = '{"type": "LineString", "coordinates": [[1.0, 52.6], [1.1, 52.7], [1.2, 52.7]]}'
    (tmp_path / "river.geojson").write_text(
        f'{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties": {{}}, '
        f'"geometry": {line}}}]}}',
        encoding="utf-8",
    )
    (tmp_path / "county" / "base.toml").write_text(
        'base = "../root.toml"\n[neighbours]\nkind = "edges"\nedges = "links.csv"\n',
        encoding="utf-8",
    )
    (tmp_path / "root.toml").write_text(
        ON_NORFOLK + '[neighbours]\nbarriers = "river.geojson"\n', encoding="utf-8"
    )
    mine = tmp_path / "mine.toml"
    mine.write_text('base = "county/base.toml"\nname = "mine"\n', encoding="utf-8")
    source = open_policy(mine)
    assert source.policy.edges == {(120001, 120002)}
    assert source.policy.barriers is not None
    assert source.policy.barriers.shape == (2, 4)
    assert source.edges_path == tmp_path / "county" / "links.csv"
    assert source.policy.neighbours.edges == "county/links.csv"
    assert [name for name, _ in source.bases] == ["county/base.toml", "root.toml"]
    assert read_policy(str(mine)).name == "mine"


def test_bases_of_files_that_go_round_are_refused(tmp_path):
    """A circle through another folder is seen."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.toml").write_text('base = "sub/b.toml"\n', encoding="utf-8")
    (tmp_path / "sub" / "b.toml").write_text('base = "../a.toml"\n', encoding="utf-8")
    with pytest.raises(PolicyRefused, match="based on itself"):
        read_policy(tmp_path / "a.toml")


def test_a_setting_names_files_from_the_current_folder(tmp_path, monkeypatch):
    """A path typed on the command line starts where the user stands."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "links.csv").write_text("from_urn,to_urn\n120002,120001\n", "utf-8")
    (tmp_path / "mine.toml").write_text(ON_NORFOLK, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")
    source = open_policy("../mine.toml", ["neighbours.kind=edges", "neighbours.edges=links.csv"])
    assert source.policy.edges == {(120001, 120002)}


@pytest.mark.parametrize("name", ["norflk-2012", "no/norfolk-2012.toml", "", "a\0.toml", "."])
def test_a_policy_that_is_not_there_is_refused(name: str):
    """Nothing but a policy refused comes of a name that is wrong."""
    with pytest.raises(PolicyRefused):
        read_policy(name)


def test_a_file_that_is_no_policy_is_refused(tmp_path):
    """A binary, an empty file and a base that is not there are refused with exit 4."""
    for k, raw in enumerate((b"PK\x03\x04rest", b"", b"\xff\xfea\0", b'name = "\xe9"')):
        path = tmp_path / f"{k}.toml"
        path.write_bytes(raw)
        with pytest.raises(PolicyRefused):
            read_policy(path)
    (tmp_path / "b.toml").write_text('base = "norflk-2012"\n', encoding="utf-8")
    with pytest.raises(PolicyRefused, match=r'base.*Did you mean "norfolk-2012"'):
        read_policy(tmp_path / "b.toml")


def test_a_file_a_policy_names_that_is_not_there_is_an_input_refused(tmp_path):
    """Edges and barriers are inputs."""
    path = tmp_path / "p.toml"
    path.write_text(ON_NORFOLK + '[neighbours]\nbarriers = "no.geojson"\n', encoding="utf-8")
    with pytest.raises(InputRefused):
        read_policy(path)


# --- anything at all --------------------------------------------------------------------------

WORDS = """base name form rules terms limits locks take_part alone budget schools ethos journey size
at_least at_most weight free full together apart federations barred added neighbours kind year roles
urgent small_below leave_out combined_roll"""
KEYS = st.sampled_from(WORDS.split()) | st.text(max_size=4)
VALUES = (
    st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals()
    | st.text(max_size=5)
    | st.dates()
    | st.sampled_from(["first", "edges", "norfolk-2012", "2025-26", 120001, 120002])
)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        VALUES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=6,
)


@given(DOCUMENTS, st.lists(st.text(max_size=12), max_size=2))
@settings(max_examples=300, deadline=None)
def test_any_document_is_a_policy_or_refused(found: dict[str, Any], changes: list[str]):
    """Nothing but a policy or a refusal comes of any document."""
    try:
        whole = with_settings(merged(found, base), changes, base)
        policy = policy_of(whole, money=money_of, pair_table=the_pair_table(), file="any")
    except (PolicyRefused, UsageRefused):
        pass
    else:
        assert meaning(read(written(policy))) == meaning(policy)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text: str):
    """Nothing but a document or a refusal comes of any text."""
    with suppress(PolicyRefused):
        document(text, "any")


def test_the_policy_of_a_bare_document_lacks_keys():
    """A document that was not merged is told every table it lacks."""
    with pytest.raises(PolicyRefused) as caught:
        policy_of({}, money=money_of, pair_table=the_pair_table(), file="bare")
    assert len(caught.value.faults) == 12
