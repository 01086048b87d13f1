"""What is it that other people's clients read? The demo's company on its first morning, behind both of its servers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from reconciliation_pipeline.demo import billing, crm
from reconciliation_pipeline.demo.control import DEFAULT_SEED
from reconciliation_pipeline.demo.scene import Scene
from reconciliation_pipeline.demo.state import State
from reconciliation_pipeline.demo.story import STORY, story_instant
from reconciliation_pipeline.demo.web import Witness
from reconciliation_pipeline.demo.world import build
from reconciliation_pipeline_tests.peers.serving import HOST, listening


def first_morning() -> Scene:
    """Build what `make run` showed yesterday: clients that know what time it is ask for nothing of the future."""
    start = story_instant(datetime.now(UTC) - timedelta(days=1))
    state = State(seed=DEFAULT_SEED, story=STORY, start=start, clock=start, crm_port=0, billing_port=0)
    return Scene(state, build(DEFAULT_SEED, start, STORY).view(start))


@dataclass(frozen=True, slots=True)
class Shown:
    """The demo's two servers and what they were asked for.

    Attributes:
        scene: What they show.
        crm: The CRM's app.
        billing: Billing's app.
        log: The file with one line per request.
    """

    scene: Scene
    crm: ASGIApp
    billing: ASGIApp
    log: Path

    def requests(self) -> list[dict[str, Any]]:
        """List every request so far, with its query and the status of its answer."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


def shown(folder: Path) -> Shown:
    """Build both servers as `recon demo` builds them, with a request log of their own."""
    scene, log = first_morning(), folder / "requests.jsonl"
    return Shown(
        scene,
        Witness(crm.app(lambda: scene), "crm", lambda: scene, log),
        Witness(billing.app(lambda: scene), "billing", lambda: scene, log, billing.headers),
        log,
    )


@contextmanager
def at(app: ASGIApp) -> Iterator[str]:
    """Serve one of them over plain HTTP while the block lasts; yields its address."""
    with listening(app) as port:
        yield f"http://{HOST}:{port}"
