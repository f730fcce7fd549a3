"""Whether some of what a policy asks can all hold, remembered: what `conflicts` is found with."""

from __future__ import annotations

from dataclasses import replace

from grouping.errors import CapReached, Fault
from grouping.policy.asks import EXISTING, LIMIT, LOCKS, RULE, Ask, asks_of, without
from grouping.policy.survey import survey
from grouping.questions.case import Case
from grouping.questions.views import View
from grouping.search.stopping import Stop
from grouping.world.federations import WHOLE

Asks = frozenset[int]


class Holding:
    """The asks of a case, numbered, and whether some of them can all hold.

    Some asks hold together where a plan keeps all of them under the policy without some of the
    others. So what holds still does with fewer asks, although a federation that is kept or fixed
    may break rules, and so help another ask.

    Raises
    ------
    PolicyRefused
        Where the policy does not fit the schools: locks that contradict each other among it.
    CapReached
        Where there are more schools than a county has.
    """

    def __init__(self, case: Case, stop: Stop | None = None) -> None:
        self.stop = stop or Stop()
        seen = survey(case.schools, case.policy, case.journeys)
        if len(seen.county) > WHOLE:
            do = "Choose fewer authorities: take_part.authorities"
            what = f"{len(seen.county):,} schools take part, more than {WHOLE:,}"
            raise CapReached(Fault(what, do))
        kept = bool(seen.county.blocks())
        self.seen = seen
        self.asks = asks_of(seen.policy, kept=kept)
        self.number = {ask: k for k, ask in enumerate(self.asks)}
        bare = without(case.policy, [a for a in self.asks if a.kind in (*LOCKS, LIMIT)])
        limits = {limit.name: limit for limit in case.policy.limits}
        self.views = []
        for existing in ("free", "keep") if kept else ("free",):
            policy = replace(bare, take_part=replace(bare.take_part, existing=existing))
            sees = survey(case.schools, policy, case.journeys)
            self.views.append(View(sees, self.asks, limits, existing == "keep"))
        self.can: list[Asks] = []
        self.cannot: list[Asks] = []
        self.tried: dict[Asks, bool | None] = {}

    @property
    def rules(self) -> Asks:
        """Numbers of the asks that are rules."""
        return frozenset(k for k, ask in enumerate(self.asks) if ask.kind == RULE)

    def possible(self, wanted: Asks) -> bool | None:
        """Whether some asks can all hold; None where that was not told."""
        if any(wanted <= one for one in self.can):
            return True
        if any(wanted >= one for one in self.cannot):
            return False
        if wanted not in self.tried:
            self.tried[wanted] = self._possible(wanted)
        return self.tried[wanted]

    def refute(self, wanted: Asks) -> None:
        """Note that some asks cannot all hold, as was proved elsewhere."""
        self.tried.pop(wanted, None)
        self.cannot.append(wanted)

    def _possible(self, wanted: Asks) -> bool | None:
        asked = frozenset(self.asks[k] for k in wanted)
        told = []
        for view in self.views:
            if Ask(EXISTING) in asked and not view.kept:
                continue
            found = view.held(asked, self.stop)
            if found.possible:
                self.can.append(frozenset(self.number[ask] for ask in found.keeps) | wanted)
                return True
            told.append(found.possible)
        if None in told:
            return None
        self.cannot.append(wanted)
        return False
