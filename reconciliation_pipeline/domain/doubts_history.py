"""What does the last morning say against this pull? Counts, account, empty fields, statuses.

A day changes a few records. Whatever changes many of them at once is more likely the pull than the company.
"""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Baseline, Reason, Receipt

ACCEPTED_WITHIN = Fraction(1, 100)
"""How closely a count must match the number a person accepted."""

CONFIRMED_WITHIN = Fraction(1, 500)
"""How closely a count must match what a person read off the system's own screen."""

MORE_EMPTY = Fraction(5, 100)
"""Share of active records by which a field may lose its values in one step."""

NEW_WORD = Fraction(1, 100)
"""Share of records that may carry a status never seen before."""

SHIFT = Fraction(10, 100)
"""Share of records that may move between statuses in one step."""

FEW = 5
"""So many records never make a pattern."""
MANY_MORE = 50
"""So many more records are no surprise, whatever share they are."""

_ACCEPT = "If it is genuine, accept the count of this morning with `recon accept-count` and run again."


def close(said: AcceptedCount, receipt: Receipt, within: Fraction = ACCEPTED_WITHIN) -> bool:
    """Say whether a person's number is what was pulled, or what of it is active."""
    return any(abs(count - said.count) <= within * said.count for count in (receipt.pulled, receipt.active))


def contradicted_doubts(
    receipt: Receipt, baseline: Baseline | None, accepted: AcceptedCount | None, confirmed: AcceptedCount | None
) -> list[Reason]:
    """Object to a first pull that is not what a person read off the system's own screen."""
    if confirmed is None or _is_vouched_for(receipt, baseline, accepted, confirmed):
        return []
    text = (
        f"{receipt.label}: {confirmed.by} read {confirmed.count:,} off its own screen, "
        f"but {receipt.pulled:,} records arrived, {receipt.active:,} of them active."
    )
    remedy = (
        "Run again and read the number at the same moment; if they still differ, check the token's scopes. "
        "If the number was mistyped, `recon confirm-count` again."
    )
    return [Reason("unproven", text, receipt.side, remedy)]


def unconfirmed_doubts(
    receipt: Receipt, baseline: Baseline | None, accepted: AcceptedCount | None, confirmed: AcceptedCount | None
) -> list[Reason]:
    """Object to a pull that neither a trusted morning nor a person vouches for."""
    if confirmed is not None or _is_vouched_for(receipt, baseline, accepted, confirmed):
        return []
    text = (
        f"{receipt.label}: no earlier morning vouches for {receipt.pulled:,} records ({receipt.active:,} active), "
        "so whether that is all of them is unproven."
    )
    remedy = (
        f"Look the number up on the system's own screen and confirm it: `recon confirm-count NAME --side "
        f"{receipt.side} --date DATE --count N --by YOU --reason WHERE`."
    )
    return [Reason("unproven", text, receipt.side, remedy)]


def _is_vouched_for(
    receipt: Receipt, baseline: Baseline | None, accepted: AcceptedCount | None, confirmed: AcceptedCount | None
) -> bool:
    if baseline is not None and baseline.proven:
        return True
    return bool((accepted and close(accepted, receipt)) or (confirmed and close(confirmed, receipt, CONFIRMED_WITHIN)))


def count_doubts(receipt: Receipt, baseline: Baseline | None, *, floor: float, ceiling: float) -> list[Reason]:
    """Object to counts far below or far above those of the last morning; exactly at a limit passes."""
    if baseline is None:
        return []
    found = []
    for what, count, before in _counted(receipt, baseline):
        since = f"the {before:,} on {baseline.morning}, the last {_kind(baseline)} morning"
        if count < Fraction(str(floor)) * before:
            text = f"{receipt.label} returned {count:,} {what}, below {floor * 100:g}% of {since}."
            remedy = "If the drop is genuine, accept it for this morning with `recon accept-count` and run again."
            found.append(Reason("floor", text, receipt.side, remedy))
        elif before and count > Fraction(str(ceiling)) * before and count - before > MANY_MORE:
            text = f"{receipt.label} returned {count:,} {what}, above {ceiling * 100:g}% of {since}."
            found.append(Reason("ceiling", text, receipt.side, _ACCEPT))
    return found


def lopsided_doubts(
    receipt: Receipt, baseline: Baseline | None, accepted: AcceptedCount, *, floor: float
) -> list[Reason]:
    """A person accepted one number; the count they did not speak of must have shrunk with it, not more."""
    if baseline is None:
        return []
    counted = _counted(receipt, baseline)
    spoken = [(count, before) for _, count, before in counted if _is_close(accepted, count)]
    shrunk = min((Fraction(accepted.count, before or 1) for _, before in spoken), default=Fraction(1))
    least = Fraction(str(floor)) * shrunk
    return [
        Reason(
            "floor",
            f"{receipt.label} returned {count:,} {what}, though with {accepted.count:,} accepted at least "
            f"{math.ceil(least * before):,} were to be expected.",
            receipt.side,
            "If both counts are right, accept the smaller one with `recon accept-count` and run again.",
        )
        for what, count, before in counted
        if count < least * before
    ]


def account_doubts(receipt: Receipt, baseline: Baseline | None) -> list[Reason]:
    """Object when the data is another account's than on the last morning."""
    if baseline is None or baseline.account is None or _may_be_the_same(receipt, baseline):
        return []
    now = f"says it is {receipt.account}" if receipt.account else "does not say whose data it shows"
    text = f"{receipt.label} {now}; on {baseline.morning} it was {baseline.account}."
    remedy = (
        "Check which account the token belongs to. A new account is a new reconciliation: give it an id of its own."
    )
    return [Reason("wrong_account", text, receipt.side, remedy)]


def _may_be_the_same(receipt: Receipt, baseline: Baseline) -> bool:
    """Whether two accounts agree in all that was shown: without a record, nobody saw what its records share."""
    if receipt.account == baseline.account:
        return True
    if receipt.pulled and baseline.pulled:
        return False
    shown, more = sorted((receipt.account or "", baseline.account or ""), key=len)
    return not shown or more.startswith(f"{shown} ")


def stability_doubts(receipt: Receipt, baseline: Baseline | None) -> list[Reason]:
    """Object when a field lost its values, or many records changed their status, from one morning to the next."""
    if baseline is None:
        return []
    return [*_emptied(receipt, baseline), *_restated(receipt, baseline)]


def _emptied(receipt: Receipt, baseline: Baseline) -> Iterator[Reason]:
    if not receipt.active or not baseline.active:
        return
    for name, empty in receipt.nulls.items():
        before = baseline.nulls.get(name)
        if before is None:
            continue
        risen = Fraction(empty, receipt.active) - Fraction(before, baseline.active)
        if risen > MORE_EMPTY and empty - before > FEW:
            text = (
                f"{receipt.label}: {name} is empty on {empty:,} of {receipt.active:,} active records; "
                f"on {baseline.morning} it was on {before:,}."
            )
            remedy = f"Was the field moved or renamed, or hidden from this token? {_ACCEPT}"
            yield Reason("bad_shape", text, receipt.side, remedy)


def _restated(receipt: Receipt, baseline: Baseline) -> Iterator[Reason]:
    if not baseline.statuses or not receipt.pulled or not baseline.pulled:
        return
    for word, count in receipt.statuses.items():
        if word not in baseline.statuses and count > FEW and count > NEW_WORD * receipt.pulled:
            text = (
                f"{receipt.label}: {count:,} records have the status {word or '(none)'}, "
                f"which no record had on {baseline.morning}."
            )
            remedy = f"Say under `status` in the settings what it means. {_ACCEPT}"
            yield Reason("unstable", text, receipt.side, remedy)
    moved = _moved(receipt.statuses, receipt.pulled, baseline.statuses, baseline.pulled)
    if moved > SHIFT and moved * receipt.pulled > FEW * 4:
        text = (
            f"{receipt.label}: {round(moved * 100)}% of its records changed their status since {baseline.morning} "
            f"({_mix(baseline.statuses)}; now {_mix(receipt.statuses)})."
        )
        yield Reason("unstable", text, receipt.side, _ACCEPT)


def _moved(now: Mapping[str, int], total: int, before: Mapping[str, int], total_before: int) -> Fraction:
    """Give the share of records whose status is another (total variation distance of the two mixes)."""
    words = {*now, *before}
    apart = (abs(Fraction(now.get(word, 0), total) - Fraction(before.get(word, 0), total_before)) for word in words)
    return sum(apart, Fraction(0)) / 2


def _mix(statuses: Mapping[str, int]) -> str:
    most = sorted(statuses.items(), key=lambda one: (-one[1], one[0]))[:3]
    return ", ".join(f"{count:,} {word or '(none)'}" for word, count in most)


def _counted(receipt: Receipt, baseline: Baseline) -> tuple[tuple[str, int, int], ...]:
    return (("records", receipt.pulled, baseline.pulled), ("active records", receipt.active, baseline.active))


def _is_close(said: AcceptedCount, count: int) -> bool:
    return abs(count - said.count) <= ACCEPTED_WITHIN * said.count


def _kind(baseline: Baseline) -> str:
    return "trusted" if baseline.proven else "unproven"
