"""What a policy file may hold, said once with pydantic; the only room that knows it.

Settings have a table each below. The tables of rules, terms and limits are made from the
signatures of the functions that their rooms list in `__all__`: a function added there is found by
its name, and its parameters are its keys, with no change here.
"""

from __future__ import annotations

import difflib
import inspect
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import ModuleType, NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    create_model,
)

from grouping.errors import Fault, shown
from grouping.policy import limits, rules, terms
from grouping.policy.checks import (
    MOST,
    Check,
    filled,
    flag,
    kind,
    lock,
    number,
    once,
    one_of,
    pair,
    phase,
    price,
    seen,
    text,
    urn,
    whole,
)
from grouping.policy.contradictions import contradictions
from grouping.policy.words import HARD, SHARED, SOFT, TakePart
from grouping.world.cells import UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROOMS: Mapping[str, ModuleType] = {"rules": rules, "terms": terms, "limits": limits}
LOCKS = "locks"  # the parameter of a rule that is made from the table of locks
TAKE_PART = frozenset(f.name for f in fields(TakePart))  # parameters given from that table

HINTS = 100  # unknown keys that are told the nearest one

# A parameter may be negative where its default is; other least values than 0:
LEAST = {("rules", "schools", "at_most"): 2, ("terms", "leadership", "roll_change"): -1}
WORDS = {("rules", "ethos", "policy"): ("default", "strict", "open")}

Keys = dict[str, "Keys | None"]


def _switch(value: object) -> object:
    if value is False:
        return None
    if value is True:
        return {}
    if not isinstance(value, dict):
        do = "Write false to switch it off, true for its defaults, or a table as {key = value}"
        raise UnfitError(f"is {kind(value)} where a table, true or false is needed", do)
    return value


Text = Annotated[str, PlainValidator(text)]
Name = Annotated[str, PlainValidator(filled)]
Names = Annotated[tuple[Name, ...], AfterValidator(once)]
Phases = Annotated[tuple[Annotated[str, PlainValidator(phase)], ...], AfterValidator(once)]
Urn = Annotated[int, PlainValidator(urn)]
Urns = Annotated[tuple[Urn, ...], AfterValidator(once)]
Lists = Annotated[
    tuple[Annotated[tuple[Urn, ...], AfterValidator(lock)], ...], AfterValidator(once)
]
Pairs = Annotated[
    tuple[Annotated[tuple[Urn, ...], AfterValidator(pair)], ...], AfterValidator(once)
]
Whole = Annotated[int, PlainValidator(whole())]
Number = Annotated[Fraction, PlainValidator(number())]
Positive = Annotated[Fraction, PlainValidator(number(above=True))]
Price = Annotated[Fraction | None, PlainValidator(price)]
Form = Annotated[str, PlainValidator(one_of(HARD, SOFT, SHARED))]
Academies = Annotated[str, PlainValidator(one_of("leave out", "as maintained", "informal"))]
Existing = Annotated[str, PlainValidator(one_of("keep", "free"))]
Kind = Annotated[str, PlainValidator(one_of("minutes", "gabriel", "delaunay", "nearest", "edges"))]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=(), arbitrary_types_allowed=True)


class _TakePart(_Table):
    phases: Phases
    academies: Academies
    authorities: Names
    leave_out: Urns
    existing: Existing
    existing_may_grow_by: Whole


class _Roles(_Table):
    urgent_below: Whole
    small_below: Whole
    partner_at_most: Whole


class _Alone(_Table):
    urgent: Price
    small: Price


class _Journeys(_Table):
    detour: Positive
    mph: Positive
    parking_minutes: Number


class _Neighbours(_Table):
    kind: Kind
    link_at_most: Number
    nearest: Whole
    edges: Text
    barriers: Text
    barred: Pairs
    added: Pairs


class _Locks(_Table):
    together: Lists
    apart: Lists
    federations: Lists


class _Budget(_Table):
    year: Name
    federation_grant: Number


def policy_model() -> type[BaseModel]:
    """Make the model of a whole policy file, rules, terms and limits as their rooms list them."""
    return _model(tuple((room, *one) for room in ROOMS for one in ready_made(room).items()))


@cache
def _model(functions: tuple[tuple[str, str, Callable[..., Any]], ...]) -> type[BaseModel]:
    """Make the model for these ready-made functions, given as (room, name, function)."""
    of_rules, of_terms, of_limits = (
        _switched(room, [f[1:] for f in functions if f[0] == room]) for room in ROOMS
    )
    return create_model(
        "PolicyFile",
        __base__=_Table,
        name=(Name, ...),
        form=(Form, ...),
        take_part=(_TakePart, ...),
        roles=(_Roles, ...),
        alone=(_Alone, ...),
        journeys=(_Journeys, ...),
        neighbours=(_Neighbours, ...),
        rules=(of_rules, ...),
        locks=(_Locks, ...),
        terms=(of_terms, ...),
        limits=(of_limits, ...),
        budget=(_Budget, ...),
    )


def ready_made(room: str) -> dict[str, Callable[..., Any]]:
    """List the functions a room lists, in the order they stand there: that of norfolk-2012."""
    module = ROOMS[room]
    return {name: vars(module)[name] for name in vars(module) if name in module.__all__}


def parameters(make: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """List the parameters of a ready-made function that are keys of its table, in order."""
    signature = inspect.signature(make).parameters
    return {name: p for name, p in signature.items() if name not in TAKE_PART}


def from_take_part(make: Callable[..., Any]) -> list[str]:
    """List the parameters of a ready-made function that are keys of [take_part]."""
    return [name for name in inspect.signature(make).parameters if name in TAKE_PART]


def is_lock(make: Callable[..., Any]) -> bool:
    """Tell whether a rule is made from the table of locks, and so is no key of [rules]."""
    return LOCKS in inspect.signature(make).parameters


def known_keys(model: type[BaseModel]) -> Keys:
    """Return the tree of keys of a policy file; None where a key has a value, not a table."""
    tree: Keys = {}
    for name, field in model.model_fields.items():
        inner = [t for t in (field.annotation, *get_args(field.annotation)) if _is_table(t)]
        tree[name] = known_keys(inner[0]) if inner else None
    return tree


def _is_table(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, BaseModel)


def _switched(room: str, functions: Iterable[tuple[str, Callable[..., Any]]]) -> Any:
    """Make the table of [rules], [terms] or [limits]: a table each, None where switched off."""
    inner: dict[str, Any] = {
        name: (Annotated[_made_from(room, name, make) | None, BeforeValidator(_switch)], None)
        for name, make in functions
        if not is_lock(make)
    }
    return create_model(room, __base__=_Table, **inner)


def _made_from(room: str, name: str, make: Callable[..., Any]) -> Any:
    hints = get_type_hints(make)
    inner: dict[str, Any] = {}
    for key, parameter in parameters(make).items():
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        check = _check_of((room, name, key), hints.get(key, object), default)
        inner[key] = (Annotated[Any, PlainValidator(check)], default)
    return create_model(name, __base__=_Table, **inner)


def _check_of(place: tuple[str, str, str], hint: Any, default: Any) -> Check:
    """Choose the check of a parameter from its type; other types are the function's to check."""
    kinds = {hint, *get_args(hint)} - {NoneType}
    words = [k for k in kinds if get_origin(k) is Literal]
    if words or place in WORDS:
        return one_of(*(get_args(words[0]) if words else WORDS[place]))
    if str in kinds:
        return text
    if bool in kinds:
        return flag
    signed = isinstance(default, int | float | Decimal | Fraction) and default < 0
    least = LEAST.get(place, None if signed else 0)
    if kinds & {float, Decimal, Fraction}:
        return number(least)
    if int in kinds and get_origin(hint) in (None, Union, UnionType):
        return whole(-MOST if least is None else least)
    return lambda value: value


def checked(document: Mapping[str, Any], file: str) -> tuple[Any, list[Fault]]:
    """Check a merged document: what it holds (None where it is refused), and every fault."""
    model = policy_model()
    held: Any = None
    faults: list[Fault] = []
    try:
        held = model.model_validate(document)
    except ValidationError as error:
        keys = known_keys(model)
        for found in error.errors(include_url=False):
            told = len(faults) < HINTS
            faults.append(_fault(found, keys if told else {}, file))
    defaults = {
        room: {name: _defaults(make) for name, make in ready_made(room).items()} for room in ROOMS
    }
    for place, what, do in contradictions(document, defaults):
        faults.append(Fault(what, do, file, place))
    return held, faults


def _defaults(make: Callable[..., Any]) -> dict[str, Any]:
    return {key: p.default for key, p in parameters(make).items() if p.default is not p.empty}


def _fault(found: Any, keys: Keys, file: str) -> Fault:
    """Turn a mistake that pydantic found into a fault a planner can mend."""
    path, value = found["loc"], found["input"]
    place = place_of(path)
    unfit = found.get("ctx", {}).get("error")
    if found["type"] == "extra_forbidden":
        return Fault("is not a known key", hint(path, keys) if keys else "", file, place)
    if found["type"] == "missing":
        return Fault("is missing", "Give it a value", file, place)
    if isinstance(unfit, UnfitError):
        return Fault(unfit.what, unfit.do, file, place, value=seen(value))
    need = "a list" if found["type"] == "tuple_type" else "a table"
    return Fault(f"is {kind(value)} where {need} is needed", "", file, place, value=seen(value))


def hint(path: Iterable[object], keys: Keys) -> str:
    """Say which known key is nearest to an unknown one: here first, then anywhere."""
    *above, last = [str(part)[:100] for part in path]
    here: Keys = keys
    for part in above:
        here = here.get(part) or {}
    near = difflib.get_close_matches(last, here, n=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    elsewhere = {path.rpartition(".")[2]: path for path in _paths(keys)}
    if far := difflib.get_close_matches(last, elsewhere, n=1):
        return f'Did you mean "{elsewhere[far[0]]}"?'
    if not here:
        return "It has no keys of its own"
    nearest = difflib.get_close_matches(last, here, n=1, cutoff=0)[0]
    return f'The nearest known key is "{nearest}"; keys here: {", ".join(here)}'


def _paths(keys: Keys, above: str = "") -> Iterable[str]:
    for name, inner in keys.items():
        yield above + name
        yield from _paths(inner or {}, f"{above}{name}.")


def place_of(path: Iterable[object]) -> str:
    """Name a key by its path: rules.schools.at_most; items of lists are counted from 1."""
    said = ""
    for part in path:
        if isinstance(part, int):
            said += f", item {part + 1}"
        else:
            key = str(part)
            plain = key.replace("_", "").replace("-", "").isalnum() and len(key) <= 60
            said += f"{'.' if said else ''}{key if plain else shown(key)}"
    return said
