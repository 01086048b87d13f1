"""Who hears of a message, and does somebody always?"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.channels.routing import Route, routed, severity_of
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import LOUD, Topic
from reconciliation_pipeline_tests.channels.builders import a_message

OWNERS = st.sampled_from(["finance-ops", "billing-team", "austria-desk"])
ROUTES = st.lists(
    st.builds(
        Route,
        channel=st.sampled_from(["a", "b", "c"]),
        owners=st.lists(OWNERS, max_size=2).map(tuple),
        topics=st.lists(st.sampled_from(Topic), max_size=2).map(tuple),
        at_least=st.sampled_from(Severity),
    ),
    max_size=4,
)
MESSAGES = st.builds(
    lambda topic, owner, severity, about: replace(
        a_message(topic=topic), owner=owner, severity=severity, about=owner if about else ""
    ),
    st.sampled_from(Topic),
    OWNERS,
    st.sampled_from(Severity),
    st.booleans(),
)

EVERYTHING = Route("everything")
BILLING = Route("billing", owners=("billing-team",))
URGENT = Route("urgent", at_least=Severity.HIGH)
MONDAYS = Route("mondays", topics=(Topic.HEARTBEAT,))


def for_(owner, severity=Severity.NORMAL, topic=Topic.DRIFT, about=""):
    return replace(a_message(topic=topic), owner=owner, severity=severity, about=about)


@given(MESSAGES, ROUTES)
def test_a_message_reaches_somebody_where_there_is_anybody_and_each_once(message, routes):
    reached = routed(message, routes)

    assert bool(routes) == bool(reached)
    assert len(set(reached)) == len(reached)
    assert set(reached) <= {route.channel for route in routes}


@given(MESSAGES, ROUTES)
def test_a_channel_without_conditions_hears_everything_that_is_not_one_owners_part(message, routes):
    whole = replace(message, about="")

    assert "everything" in routed(whole, [*routes, EVERYTHING])


@given(MESSAGES, ROUTES)
def test_whoever_gets_something_that_does_not_fit_is_not_the_only_one_left_out(message, routes):
    reached = routed(message, routes)
    strangers = {route.channel for route in routes} - {route.channel for route in routes if route.fits(message)}

    assert not strangers & set(reached) or {route.channel for route in routes} == set(reached)


def test_each_condition_leaves_out_what_does_not_fit():
    routes = [EVERYTHING, BILLING, URGENT, MONDAYS]

    assert ("everything",) == routed(for_("finance-ops"), routes)
    assert ("everything", "billing") == routed(for_("billing-team"), routes)
    assert ("everything", "urgent") == routed(for_("finance-ops", Severity.HIGH), routes)
    assert ("everything", "mondays") == routed(for_("finance-ops", topic=Topic.HEARTBEAT), routes)


def test_all_conditions_of_a_channel_have_to_fit():
    both = Route("both", owners=("billing-team",), at_least=Severity.HIGH)

    assert ("everything",) == routed(for_("billing-team"), [EVERYTHING, both])
    assert ("everything", "both") == routed(for_("billing-team", Severity.HIGH), [EVERYTHING, both])


def test_what_fits_nowhere_goes_everywhere():
    assert ("billing", "mondays") == routed(for_("austria-desk"), [BILLING, MONDAYS])


def test_one_owners_part_goes_to_their_own_channel_alone():
    assert ("billing",) == routed(for_("billing-team", about="billing-team"), [EVERYTHING, BILLING])
    assert ("everything",) == routed(for_("austria-desk", about="austria-desk"), [EVERYTHING, BILLING])


def test_what_nobody_can_know_always_matters():
    assert dict.fromkeys(LOUD, Severity.HIGH) == {
        topic: severity_of(for_("finance-ops", Severity.LOW, topic)) for topic in LOUD
    }
    assert Severity.LOW is severity_of(for_("finance-ops", Severity.LOW))
