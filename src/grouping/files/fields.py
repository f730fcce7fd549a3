"""What every field of the map files and tables means: the rows of `fields.csv`."""

from __future__ import annotations

from grouping.world.journeys import ATTRIBUTION, ROAD

_ID = ("text", "", "id of the federation in this plan, in order of first URN")
_KEY = ("text", "", "ascending URNs joined by -: the same in every plan")
_STANDING = ("text", "", "candidate for discussion: nothing here is a decision")
_SHARED = (
    ("key", *_KEY),
    ("schools", "text", "", "ascending URNs joined by commas"),
    ("roll", "integer", "pupils", "combined roll today"),
    ("longest_journey", "number", "minutes", "longest journey between two members; empty: none"),
    ("journey_source", "text", "", f"where the minutes come from; road: {ATTRIBUTION[ROAD]}"),
    ("cost", "integer", "thousandths of a point", "what the plan minimises; less is better"),
    ("balance", "integer", "GBP a year", "modelled in-year balance, good to a few per cent"),
    ("t_star", "number", "share of a week", "what the head must teach for the budget to balance"),
    ("grade", "text", "", "actual: every member has accounts; modelled: not"),
    ("consents", "text", "", "whose consent is needed beside the governing bodies"),
    ("existing", "text", "", "unchanged, grown, re-formed or new against today's federations"),
    ("standing", *_STANDING),
)
_POINTS = (
    ("longitude", "number", "degrees", "WGS84"),
    ("latitude", "number", "degrees", "WGS84"),
    ("easting", "integer", "metres", "EPSG:27700, good to about 2 m"),
    ("northing", "integer", "metres", "EPSG:27700, good to about 2 m"),
)
_PLAN = (
    ("plan_federation", *_ID),
    ("plan_role", "text", "", "urgent, small, partner, none (above partner size) or left out"),
    ("plan_reason", "text", "", "why the school is alone or left out"),
    ("standing", *_STANDING),
)
_SCHOOL = (
    ("urn", "integer", "", "unique reference number of the school"),
    ("name", "text", "", "name of the school"),
    ("roll", "integer", "pupils", "pupils on roll"),
    ("type", "text", "", "type of establishment"),
    ("phase", "text", "", "phase of education"),
    ("local_authority", "text", "", "local authority"),
    ("religious_character", "text", "", "as the register has it"),
    ("diocese", "text", "", "as the register has it"),
    ("head", "text", "", "in post, leaving, vacant, shared or unknown"),
)
_LINK = (
    ("plan_federation", *_ID),
    ("from_urn", "integer", "", "one end of an edge of the federation's tree"),
    ("to_urn", "integer", "", "the other end"),
    ("minutes", "number", "minutes", "journey of the edge; empty: no journey"),
    ("source", "text", "", f"where the minutes come from; road: {ATTRIBUTION[ROAD]}"),
    ("standing", *_STANDING),
)
_MAP = (
    ("plan_federation", *_ID),
    ("name", "text", "", "names of the members"),
    ("school_count", "integer", "schools", "number of members"),
    ("display_only", "true/false", "", "the polygon is a hull for display, not a catchment"),
    ("status", "text", "", "optimal: proved best under the policy; feasible: not proved"),
    ("policy", "text", "", "name of the policy"),
)

FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    *(("federations.geojson", *field) for field in (*_MAP, *_SHARED)),
    *(("schools.geojson", *field) for field in (*_SCHOOL, *_PLAN)),
    *(("links.geojson", *field) for field in _LINK),
    ("federations.csv", "id", *_ID),
    ("federations.csv", "names", "text", "", "names of the members"),
    *(("federations.csv", *field) for field in _SHARED),
    *(("schools.csv", *field) for field in (*_SCHOOL, *_PLAN, *_POINTS)),
)

_SCENARIO = (
    ("key", "text", "", "hash of all that the row stands on: schools, journeys, policy, scenario"),
)
SWEEP_FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    *(("scenarios.csv", *field) for field in _SCENARIO),
    (
        "scenarios.csv", "status", "text", "",
        ("optimal: proved best; feasible: a plan, not proved; infeasible: no plan can exist; "
        "unknown: stopped with no plan; refused: the policy does not hold; capped: too many "
        "candidates; failed: its workers died, memory ran out, or a fault of ours"),
    ),
    ("scenarios.csv", "urgent_alone", "integer", "schools", "stage; empty: priced, or no plan"),
    ("scenarios.csv", "urgent_alone_bound", "integer", "schools", "the best proved possible"),
    ("scenarios.csv", "small_alone", "integer", "schools", "stage; empty: priced, or no plan"),
    ("scenarios.csv", "small_alone_bound", "integer", "schools", "the best proved possible"),
    ("scenarios.csv", "cost", "integer", "thousandths of a point", "stage; less is better"),
    ("scenarios.csv", "cost_bound", "integer", "thousandths of a point", "no plan costs less"),
    ("scenarios.csv", "federations", "integer", "", "federations of the plan"),
    ("scenarios.csv", "schools_alone", "integer", "schools", "take part, and are in none"),
    ("scenarios.csv", "candidates", "integer", "", "federations that the rules allow"),
    ("scenarios.csv", "plan", "text", "", "keys of the federations, spaces between"),
    ("scenarios.csv", "message", "text", "", "why there is no plan"),
    ("scenarios.csv", "version", "text", "", "of grouping"),
    ("scenarios.csv", "standing", *_STANDING),
    ("pairs.csv", "from_urn", "integer", "", "one school of a pair together in a proved plan"),
    ("pairs.csv", "to_urn", "integer", "", "the other"),
    ("pairs.csv", "scenarios", "integer", "scenarios", "with a plan that has them together"),
    ("pairs.csv", "share", "number", "", "of the scenarios with a plan"),
    ("pairs.csv", "standing", *_STANDING),
    *(("seconds.csv", *field) for field in _SCENARIO),
    ("seconds.csv", "seconds", "number", "seconds", "what the scenario took its worker"),
)  # fmt: skip
