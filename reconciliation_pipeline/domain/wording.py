"""In which words do people hear of a morning?

The single home of phrases, and of the messages built from them. Customer data never enters a
message: counts, kinds, money and ledger ids do. How a channel dresses a message belongs in
`channels/`, terminal and page in `reporting/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.domain.records import Cause, Kind, Outcome, Reason, Receipt, Side
from reconciliation_pipeline.domain.result import DifferenceCounts, MorningResult
from reconciliation_pipeline.domain.spelling import counted, money, span

LEFT_ASIDE = "capitals, blanks, leading zeros, the way a date or a number is written"
"""What two values that differ in format only differ in."""

_IN_A_SENTENCE = {"CRM": "the CRM", "Billing": "billing"}


@dataclass(frozen=True, slots=True)
class Words:
    """How people talk about one reconciliation.

    Attributes:
        labels: What they call each side.
        active: What they call its active records, e.g. running.
        per: The period an amount stands for.
        settling: How young a difference may be and still be normal lag.
        right: By field, the side that is right by the settings when the two differ.
    """

    labels: Mapping[Side, str] = field(default_factory=lambda: {Side.CRM: "CRM", Side.BILLING: "Billing"})
    active: Mapping[Side, str] = field(default_factory=lambda: dict.fromkeys(Side, "active"))
    per: str = "month"
    settling: timedelta = timedelta(hours=1)
    right: Mapping[str, Side] = field(default_factory=dict)

    def name(self, side: Side) -> str:
        """Name a side inside a sentence: `the CRM`, `billing`, `HubSpot`."""
        return _IN_A_SENTENCE.get(self.labels[side], self.labels[side])


def phrase(kind: Kind, cause: Cause | None, words: Words) -> str:
    """Say how the two sides disagree: `cancelled in the CRM, still running in billing`."""
    crm, billing = words.name(Side.CRM), words.name(Side.BILLING)
    if kind is Kind.VALUE_CONFLICT:
        return "in both, with different values"
    why = "out of scope" if cause is Cause.OUT_OF_SCOPE else str(cause)
    if kind is Kind.CRM_ONLY:
        missing = f"unknown to {billing}" if cause in {None, Cause.UNKNOWN} else f"{why} in {billing}"
        return f"{words.active[Side.CRM]} in {crm}, {missing}"
    if cause in {None, Cause.UNKNOWN}:
        return f"in {billing}, unknown to {crm}"
    # A record that never was in scope did not end, so nothing is "still" running.
    still = "" if cause is Cause.OUT_OF_SCOPE else "still "
    return f"{why} in {crm}, {still}{words.active[Side.BILLING]} in {billing}"


def since_when(life: Life) -> str:
    """Say since when a difference is there, as narrowly as our mornings know."""
    if life.is_inherited:
        return f"before {life.began_by}, when keys began to be read as they are now"
    if life.agreed_on is None:
        return "before our first snapshot"
    # By its data it was like this already, hours before we looked.
    known = f", and no later than {life.at_latest:%Y-%m-%d %H:%M} UTC" if life.at_latest else ""
    return f"between {life.agreed_on} and {life.began_by}{known}"


def settling_words(counts: DifferenceCounts, words: Words) -> str:
    """Say how many differences are lag: `17 still settling (younger than 1 h), 2 gone when asked again`."""
    young = counts.settling - counts.cleared
    told = [f"{young:,} still settling (younger than {span(words.settling)})"] if young else []
    return ", ".join([*told, *([f"{counts.cleared:,} gone when asked again"] if counts.cleared else [])])


def aside_words(counts: DifferenceCounts) -> str:
    """Say what people set aside: `1 accepted, 3 quarantined, counted apart`; empty where nothing is."""
    parts = ((counts.accepted, "accepted"), (counts.quarantined, "quarantined"))
    told = [f"{count:,} {word}" for count, word in parts if count]
    return f"{', '.join(told)}, counted apart" if told else ""


def first_words(*, rekeyed: bool) -> str:
    """Say why nothing is called new or resolved."""
    if rekeyed:
        return "keys are read in another way since: what was open is closed, and all of this is inventory"
    return "first morning: nothing earlier to measure against"


def moved_words(counts: DifferenceCounts) -> str:
    """Say what changed since the last trusted morning: `3 new, 2 resolved since ...`."""
    changes = f"{counts.new:,} new, {counts.resolved:,} resolved"
    changed = changes if counts.new or counts.resolved else "nothing new, nothing resolved"
    return f"{changed} since the last trusted morning"


def no_difference_words(counts: DifferenceCounts) -> str:
    """Say that nothing differs, and no more than that: what was compared with nothing may differ."""
    but = " but in format" if counts.format_only else ""
    among = " among the records that could be compared" if counts.is_partial else ""
    return f"no difference{but}{among}"


def format_words(counts: DifferenceCounts) -> str:
    """Say how many records are written differently and mean the same; empty where none is."""
    count = counts.format_only
    differ = "differs" if count == 1 else "differ"
    return f"{counted(count, 'record')} {differ} in format only ({LEFT_ASIDE}): counted apart" if count else ""


def keys_words(counts: DifferenceCounts) -> str:
    """Say how many records nobody can pair: `2 records without a usable key, 3 sharing one`; empty where all can."""
    shared = f"{counts.duplicate_key:,} sharing one" if counts.duplicate_key else ""
    if not counts.no_key:
        return f"{counted(counts.duplicate_key, 'record')} sharing a key with another" if shared else ""
    return ", ".join(filter(None, (f"{counted(counts.no_key, 'record')} without a usable key", shared)))


def unknown_words(counts: DifferenceCounts) -> str:
    """Say how many records hold a word that the settings do not explain; empty where none does."""
    count = counts.unknown_value
    return f"{counted(count, 'record')} set apart for a word nobody explained" if count else ""


def money_words(lines: Iterable[MoneyLine], words: Words, *, of: int | None = None) -> str:
    """Spell what differences cost; currencies stay apart."""
    return " + ".join(money(line, per=words.per, of=of) for line in lines)


def not_trustworthy_message(result: MorningResult, words: Words, *, owner: str = "") -> Message:
    """Build the message of a morning that may not be believed: louder than any difference."""
    lines = (
        sides_line(result, words),
        *(reason_words(reason) for reason in result.reasons),
        nothing_happened(result),
        f"Look closer: `recon doctor {result.reconciliation}`.",
    )
    title = f"{result.reconciliation}: NOT TRUSTWORTHY, nothing was compared"
    return Message(result.reconciliation, result.morning, Topic.NOT_TRUSTWORTHY, title, lines, owner)


def broken_off(receipt: Receipt) -> str:
    """Say that a side was not seen, instead of counts that would look like an answer."""
    return f"not seen: the pull broke off after {counted(receipt.pages, 'page')}"


def reason_words(reason: Reason) -> str:
    """Say a reason and its remedy in one line."""
    return f"{reason.text} {reason.remedy}".rstrip()


def nothing_happened(result: MorningResult) -> str:
    """Say what a morning that is not trustworthy left alone."""
    baselines = [snapshot.certificate.baseline for snapshot in result.attempt.snapshots.values()]
    has_earlier = any(baseline is not None and baseline.proven for baseline in baselines)
    stands = "; the last trusted morning still stands" if has_earlier else ""
    return f"Nothing was compared, nothing was closed{stands}."


def run_failed_message(
    reconciliation: str, morning: date, sentence: str, *, has_result: bool = False, owner: str = ""
) -> Message:
    """Build the message of a run that broke off.

    It shares the topic of a refused morning, so that a morning which failed is told once, whoever
    notices first.

    Args:
        reconciliation: Id of the reconciliation.
        morning: The morning of the run.
        sentence: What broke.
        has_result: Whether another run of that morning had come to a result.
        owner: Who it is for.
    """
    stands = "The result of an earlier run of this morning still stands."
    nothing = "There is no result for this morning: neither clean nor drift. Nothing was closed."
    lines = (
        sentence,
        stands if has_result else nothing,
        f"Look closer: `recon doctor {reconciliation}`, then run it again with `recon run {reconciliation}`.",
    )
    title = f"{reconciliation}: the run of {morning} failed"
    return Message(reconciliation, morning, Topic.NOT_TRUSTWORTHY, title, lines, owner)


def settings_broken_message(name: str, morning: date, mistakes: Sequence[str], *, owner: str = "") -> Message:
    """Build the message of settings that cannot be used; nobody reconciles until they are mended."""
    title = f"{name}: {counted(len(mistakes), 'mistake')} in the settings, not reconciled"
    lines = (*mistakes, "Until this is mended, nobody checks these two systems. The other reconciliations run.")
    return Message(name, morning, Topic.SETTINGS_BROKEN, title, lines, owner)


def active_words(side: Side, count: int, words: Words) -> str:
    """Say how many records run on a side: `Billing 1,224 running`."""
    return f"{words.labels[side]} {count:,} {words.active[side]}"


def sides_line(result: MorningResult, words: Words) -> str:
    """Say what each side came to: how many run, of how many that were pulled."""
    snapshots = result.attempt.snapshots
    told = []
    for side in Side:
        if side not in snapshots:
            told.append(f"{words.labels[side]} was not pulled")
            continue
        receipt, grade = snapshots[side].receipt, snapshots[side].certificate.grade
        if receipt.failure is not None:
            told.append(f"{words.labels[side]} {broken_off(receipt)}")
            continue
        proof = f", {grade}" if result.outcome is Outcome.NOT_TRUSTWORTHY or result.is_unproven else ""
        told.append(f"{active_words(side, receipt.active, words)} (of {receipt.pulled:,} pulled{proof})")
    return f"{result.morning}: {', '.join(told)}."
