"""A deal with payments keeps its currency: their amounts are in it."""

from django.db import migrations

KEPT = """
CREATE FUNCTION sales_payments_keep_the_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM sales_payment WHERE deal_id = NEW.id) THEN
        RAISE check_violation USING
            MESSAGE = format('Deal %s has payments in %s, so its currency cannot become %s.',
                             NEW.external_id, OLD.currency, NEW.currency),
            HINT = 'Remove the payments first.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sales_deal_keeps_its_currency BEFORE UPDATE OF currency ON sales_deal
    FOR EACH ROW WHEN (OLD.currency IS DISTINCT FROM NEW.currency) EXECUTE FUNCTION sales_payments_keep_the_currency();
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_facts")]

    operations = [migrations.RunSQL(KEPT, "DROP FUNCTION sales_payments_keep_the_currency() CASCADE;")]
