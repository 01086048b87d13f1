import pytest

from reconciliation_pipeline_tests.demo.walk import COMPANIES, PROPERTIES, company_pages, flat


def test_archived_companies_are_left_out_unless_they_are_asked_for(crm):
    listed, archived = flat(company_pages(crm)), flat(company_pages(crm, archived=True))

    assert {False} == {record["archived"] for record in listed}
    assert {True} == {record["archived"] for record in archived}
    assert (1_223, 20) == (len(listed), len(archived))


def test_archived_ones_can_be_asked_for_as_hubspots_own_client_spells_it(crm):
    asked = crm.get(COMPANIES, params={"archived": "True"}).json()["results"]

    assert {True} == {record["archived"] for record in asked}


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_a_walk_never_repeats_and_ends_without_paging(crm, limit):
    ids = [int(record["id"]) for record in flat(company_pages(crm, archived=limit < 100, limit=limit))]

    assert sorted(set(ids)) == ids


def test_a_list_that_fills_its_last_page_exactly_has_no_next(crm):
    assert [10, 10] == [len(page) for page in company_pages(crm, archived=True, limit=10)]


def test_without_a_limit_a_page_has_ten_companies_and_their_default_properties(crm):
    results = crm.get(COMPANIES).json()["results"]

    assert 10 == len(results)
    assert {"name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id"} == set(results[0]["properties"])


def test_only_the_properties_asked_for_are_served_as_text_and_those_that_do_not_exist_are_left_out(crm):
    (record,) = crm.get(COMPANIES, params={"limit": 1, "properties": "mrr,shoe_size"}).json()["results"]

    assert {"mrr", "createdate", "hs_lastmodifieddate", "hs_object_id"} == set(record["properties"])
    assert record["properties"]["mrr"].endswith(".00")
    assert record["id"] == record["properties"]["hs_object_id"]
    assert {"id", "properties", "createdAt", "updatedAt", "archived"} == set(record)
    assert record["createdAt"].endswith(".000Z")


def test_the_link_to_the_next_page_leads_to_the_next_page(crm):
    answer = crm.get(COMPANIES, params={"limit": 2, "properties": "name,plan"}).json()
    follow = answer["paging"]["next"]
    linked = crm.get(follow["link"]).json()

    assert follow["after"] == linked["results"][0]["id"]
    assert "plan" in linked["results"][0]["properties"]


def test_a_company_is_read_by_its_id(crm):
    (listed,) = crm.get(COMPANIES, params={"limit": 1, "properties": "plan"}).json()["results"]

    assert listed == crm.get(f"{COMPANIES}/{listed['id']}", params={"properties": "plan"}).json()


def test_an_archived_company_is_read_only_when_archived_ones_are_asked_for(crm):
    archived = flat(company_pages(crm, archived=True))[0]["id"]

    assert 404 == crm.get(f"{COMPANIES}/{archived}").status_code
    assert crm.get(f"{COMPANIES}/{archived}", params={"archived": "true"}).json()["archivedAt"]


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic demo-crm-token", "Bearer dämo"])
def test_a_wrong_token_is_refused_in_the_vendors_shape(crm, token):
    answer = crm.get(COMPANIES, headers={"Authorization": token.encode()})

    assert 401 == answer.status_code
    assert {"status", "message", "correlationId", "category"} == set(answer.json())
    assert "INVALID_AUTHENTICATION" == answer.json()["category"]


@pytest.mark.parametrize(
    "params", [{"limit": "101"}, {"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"after": "x"}, {"archived": "maybe"}]
)
def test_what_makes_no_sense_is_a_400_in_the_vendors_shape(crm, params):
    answer = crm.get(COMPANIES, params=params)

    assert 400 == answer.status_code
    assert ("error", "VALIDATION_ERROR") == (answer.json()["status"], answer.json()["category"])


@pytest.mark.parametrize("path", [f"{COMPANIES}/1", f"{COMPANIES}/x", "/crm/v3/objects/deals"])
def test_what_is_not_there_is_a_404_in_the_vendors_shape(crm, path):
    answer = crm.get(path)

    assert 404 == answer.status_code
    assert "OBJECT_NOT_FOUND" == answer.json()["category"]


def test_a_company_is_found_by_a_property_whose_values_are_unique(crm):
    company = flat(company_pages(crm))[3]
    number = company["properties"]["customer_number"]

    found = crm.get(f"{COMPANIES}/{number}", params={"idProperty": "customer_number", "properties": PROPERTIES})

    assert company == found.json()
    assert 404 == crm.get(f"{COMPANIES}/C-nobody", params={"idProperty": "customer_number"}).status_code


def test_an_archived_company_is_found_by_its_number_only_where_archived_ones_are_asked_for(crm):
    archived = flat(company_pages(crm, archived=True))[0]["properties"]["customer_number"]
    asked = {"idProperty": "customer_number"}

    assert 404 == crm.get(f"{COMPANIES}/{archived}", params=asked).status_code
    assert crm.get(f"{COMPANIES}/{archived}", params={**asked, "archived": "true"}).json()["archived"]


@pytest.mark.parametrize("name", ["plan", "name", "nothing", ""])
def test_a_property_that_several_may_share_finds_nobody(crm, name):
    answer = crm.get(f"{COMPANIES}/starter", params={"idProperty": name})

    assert (400, "VALIDATION_ERROR") == (answer.status_code, answer.json()["category"])


@pytest.mark.parametrize("version", ["2026-09", "2026-03"])
def test_the_dated_versions_answer_like_the_old_one(crm, version):
    old = crm.get(COMPANIES, params={"limit": 2}).json()
    dated = crm.get(f"/crm/objects/{version}/companies", params={"limit": 2}).json()

    assert old["results"] == dated["results"]
    assert f"/crm/objects/{version}/companies?" in dated["paging"]["next"]["link"]
    assert crm.get("/account-info/v3/details").json() == crm.get(f"/account-info/{version}/details").json()


def test_the_account_says_which_portal_it_is(crm):
    account = crm.get("/account-info/v3/details").json()

    assert (62515847, "STANDARD", "Europe/Berlin") == tuple(
        account[name] for name in ("portalId", "accountType", "timeZone")
    )
    assert 401 == crm.get("/account-info/v3/details", headers={"Authorization": ""}).status_code
