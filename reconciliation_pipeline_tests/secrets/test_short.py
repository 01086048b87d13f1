"""Does a secret end anywhere on the most trodden paths? All paths: `make secrets`."""

from base64 import b64encode

from reconciliation_pipeline_tests.secrets.house import a_house, customers


def test_a_morning_with_drift_a_refusal_and_a_doctor_leave_no_secret_anywhere(tmp_path):
    with a_house(tmp_path) as house:
        house.configure(house.side(house.crm, "basic"), house.side(house.billing, "oauth2"))
        house.billing.records = customers(59)
        house.receiver.behaves("400", only="/services")

        assert 1 == house.recon("run", "pair")
        house.crm.behaves("403", only="/customers")
        assert 2 == house.recon("doctor", "pair", "--quick", "--json")

        basic = b64encode(f"{house.value('BASIC_USER')}:{house.value('BASIC_PASSWORD')}".encode()).decode()
        assert house.crm.was_sent(f"Basic {basic}")
        assert house.billing.was_sent(f"Bearer {house.value('the access token')}")
        assert all(house.receiver.was_sent(house.value(slot)) for slot in ("SLACK_PATH", "WEBHOOK_PATH"))
        assert house.value("SMTP_PASSWORD") in house.postbox.heard
        assert [] == house.leaks()
