"""What does the demo world remember on disk?

One small file that the commands write and the servers read again before every answer: seed,
clock, ports, accidents. Only its owner may read it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciliation_pipeline.demo.lives import SideName
from reconciliation_pipeline.demo.story import Story

CRM_TOKEN = "demo-crm-token"  # noqa: S105 - opens nothing but the demo on this machine
STRIPE_KEY = "sk_test_demo"


class DemoError(Exception):
    """The demo cannot do what was asked; `text` says why, `remedy` what to do."""

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(f"{text} {remedy}".strip())
        self.text = text
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The demo world as its owner left it.

    Attributes:
        seed: Which world.
        story: Its counts.
        start: The story's instant (UTC).
        clock: What time it is in that world (UTC); it stands still until it is moved.
        crm_port: Where the CRM answers on 127.0.0.1.
        billing_port: Where billing answers on 127.0.0.1.
        faults: Per side, after how many running records its lists end as if that were all.
        crm_token: What the CRM wants as bearer token.
        stripe_key: What billing wants as bearer token.
        pid: The process that serves it; None while nothing does. Never stored.
    """

    seed: int
    story: Story
    start: datetime
    clock: datetime
    crm_port: int
    billing_port: int
    faults: Mapping[SideName, int] = field(default_factory=dict)
    crm_token: str = field(default=CRM_TOKEN, repr=False)
    stripe_key: str = field(default=STRIPE_KEY, repr=False)
    pid: int | None = field(default=None, compare=False)

    @property
    def alive(self) -> bool:
        """Whether the two servers are up."""
        return self.pid is not None

    @property
    def moved(self) -> bool:
        """Whether somebody has moved the clock away from the story's instant."""
        return self.clock != self.start

    @property
    def crm_url(self) -> str:
        """Address of the CRM."""
        return f"http://127.0.0.1:{self.crm_port}"

    @property
    def billing_url(self) -> str:
        """Address of billing."""
        return f"http://127.0.0.1:{self.billing_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Variables a run against this world needs: addresses, tokens and its clock."""
        return {
            "CRM_URL": self.crm_url,
            "BILLING_URL": self.billing_url,
            "CRM_TOKEN": self.crm_token,
            "STRIPE_API_KEY": self.stripe_key,
            "RECON_NOW": self.clock.isoformat(),
        }


def folder(home: Path) -> Path:
    """Where everything of the demo world lies."""
    return home.absolute() / "demo"


def state_file(home: Path) -> Path:
    """The file that holds the state."""
    return folder(home) / "state.json"


def request_log(home: Path) -> Path:
    """The file that holds one JSON line per request."""
    return folder(home) / "requests.jsonl"


def no_world(home: Path) -> DemoError:
    """Say that there is nothing here yet."""
    return DemoError(f"There is no demo world in {home}.", remedy="Start one: recon demo --serve")


def load(home: Path) -> State | None:
    """Read the state; None when there is no demo world yet.

    Raises:
        DemoError: The file is there and cannot be understood.
    """
    try:
        raw = json.loads(state_file(home).read_text("utf-8"))
        return _from_json(raw)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        text = f"The demo's state in {state_file(home)} cannot be understood."
        raise DemoError(text, remedy="Stop the demo and delete that file; the next start begins anew.") from error


def save(home: Path, state: State) -> None:
    """Write the state, all of it or nothing, for its owner's eyes only."""
    path = state_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".state-{os.getpid()}.json")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - only open() takes a descriptor
        json.dump(_as_json(state), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _as_json(state: State) -> dict[str, Any]:
    return {
        "schema": 1,
        "seed": state.seed,
        "story": state.story.as_json(),
        "start": state.start.isoformat(),
        "clock": state.clock.isoformat(),
        "ports": {"crm": state.crm_port, "billing": state.billing_port},
        "faults": dict(state.faults),
        "tokens": {"crm": state.crm_token, "billing": state.stripe_key},
    }


def _from_json(raw: dict[str, Any]) -> State:
    return State(
        seed=raw["seed"],
        story=Story.from_json(raw["story"]),
        start=datetime.fromisoformat(raw["start"]),
        clock=datetime.fromisoformat(raw["clock"]),
        crm_port=raw["ports"]["crm"],
        billing_port=raw["ports"]["billing"],
        faults=raw["faults"],
        crm_token=raw["tokens"]["crm"],
        stripe_key=raw["tokens"]["billing"],
    )
