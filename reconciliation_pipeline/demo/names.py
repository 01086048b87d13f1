"""What are the customers of the demo world called, and which ids do they get?

All invented: names from parts, addresses in the domains reserved for examples.
"""

import string
from collections.abc import Iterable
from itertools import count
from random import Random

from reconciliation_pipeline.demo.lives import Customer, Life

_FAMILIES = (
    "Achterberg Ahrendt Behrens Bergmann Böhme Brandt Claasen Dierks Ebeling Eichhorn Falkenau Feddersen Gerlach "
    "Grünwald Hagedorn Hansen Harms Heidenreich Hölscher Imhoff Janssen Kahlert Kessler Klaasen Köhn Lindner Lorenzen "
    "Lütgens Marquardt Mertens Möllering Nagel Nissen Oltmanns Ortlepp Paulsen Petersen Quandt Rademacher Reimers "
    "Riedel Rüther Sanders Schilling Schönfeld Seidel Siemers Stöver Tiedemann Thomsen Uhlig Vogelsang Voß Wagenfeld "
    "Wiechert Wilkens Wulff Zander Zeidler Zöllner"
)
_TRADES = (
    "Akustik Antriebe Bau Bestattungen Dachtechnik Dental Druck Elektro Energie Fahrräder Feinkost Gartenbau Glas "
    "Gebäudereinigung Hausverwaltung Haustechnik Holzbau Immobilien Kaffee Kälte Keramik Licht Logistik Medizintechnik "
    "Metallbau Möbel Optik Physiotherapie Reisen Sanitär Software Spedition Steuerberatung Textil Verlag Werbung"
)
FAMILIES, TRADES = _FAMILIES.split(), _TRADES.split()
FORMS = ("GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "KG", "AG", "e. K.", "UG")

PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
LETTERS = string.ascii_letters + string.digits

FIRST_NUMBER = 10_001
"""Where the numbering of customers began anew; older numbers are filled up with zeros."""


def christen(rng: Random, id_rng: Random, lives: Iterable[Life], earlier: int) -> tuple[Customer, ...]:
    """Give every customer its names, numbers and ids, in the order in which they appeared.

    Args:
        rng: Where chance comes from.
        id_rng: Where chance comes from for the CRM's ids, which follow another order.
        lives: What happened to each.
        earlier: How many of the first have a number from before the new numbering.

    Returns:
        The customers, oldest first. The CRM's ids ascend with the time of creation there.
    """
    ordered = sorted(lives, key=lambda life: life.born)
    company_ids = _company_ids(id_rng, ordered)
    old = sorted(rng.sample(range(200, FIRST_NUMBER - 1), earlier))
    new = count(FIRST_NUMBER)
    customers = []
    for index, life in enumerate(ordered):
        number = old[index] if index < earlier else [next(new) for _ in range(rng.randint(1, 6))][-1]
        customers.append(_customer(rng, life, number, company_ids.get(id(life))))
    return tuple(customers)


def _company_ids(rng: Random, lives: list[Life]) -> dict[int, int]:
    """Draw ascending ids for those who reach the CRM, by the identity of their lives."""
    last, ids = 8_400_000_000, {}
    for life in sorted((life for life in lives if life.crm), key=lambda life: life.crm[0].at):
        last += rng.randint(1_000, 90_000)
        ids[id(life)] = last
    return ids


def _customer(rng: Random, life: Life, number: int, company_id: int | None) -> Customer:
    family, trade = rng.choice(FAMILIES), rng.choice(TRADES)
    slug = f"{family}-{trade}".lower().translate(PLAIN)
    return Customer(
        number=f"C-{number:05}",
        name=f"{family} {trade} {rng.choice(FORMS)}",
        domain=f"{slug}.example",
        email=f"{slug}@example.com",
        company_id=company_id,
        customer_id=f"cus_{_letters(rng, 14)}",
        subscription_id=f"sub_{_letters(rng, 24)}",
        crm=tuple(life.crm),
        billing=tuple(life.billing),
        loss=life.loss,
    )


def _letters(rng: Random, length: int) -> str:
    return "".join(rng.choices(LETTERS, k=length))
