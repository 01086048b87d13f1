"""Can what is found be told to anybody, and did they take what they were given?"""

from collections.abc import Iterator

from reconciliation_pipeline.channels.build import ping_name
from reconciliation_pipeline.steps.alive import dead_channels
from reconciliation_pipeline.steps.doctor.finding import Finding, fail, ok, warn
from reconciliation_pipeline.steps.senders import senders
from reconciliation_pipeline.steps.work import Work


def channels(work: Work) -> Iterator[Finding]:
    """Look whether every channel has an address, and whether it took its last messages; nothing is sent."""
    if not work.reconciliation.channels:
        text = "no channel is configured: messages stay in the outbox."
        yield warn("channels", text, "Name one under `channels` in the settings.")
    known = senders(work)
    troubled = {one.channel: one for one in dead_channels(work)}
    for name in sorted({*known.ready, *known.unavailable}):
        if (gone := known.unavailable.get(name)) is not None:
            yield fail(f"channel {name}", gone.text, gone.remedy)
        elif (trouble := troubled.get(name)) is not None:
            head = trouble.words.removesuffix(trouble.remedy).rstrip()
            yield warn(f"channel {name}", head, trouble.remedy)
        else:
            yield ok(f"channel {name}", f"its variables are set; {_how_to_try(work, name)}")
    if work.reconciliation.ping is None:
        text = "nobody outside waits for a sign of life: a machine that is off says nothing, and nobody notices."
        yield ok("ping", text)


def _how_to_try(work: Work, name: str) -> str:
    if work.reconciliation.ping is not None and name == ping_name(work.reconciliation.ping):
        return "it is called after the next trusted morning."
    return f"`recon notify {work.id} --test` tries it."
