"""At commit the lines of a deal add up to its amount, or are gone."""

from django.db import migrations

SUM = """
CREATE FUNCTION sales_lines_add_up_to(changed bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
    deal record;
BEGIN
    SELECT sum(amount_minor) INTO total FROM sales_dealline WHERE deal_id = changed;
    SELECT external_id, amount_minor INTO deal FROM sales_deal WHERE id = changed;
    IF total <> deal.amount_minor THEN
        RAISE check_violation USING
            MESSAGE = format('The lines of deal %s add up to %s minor units, and its amount is %s.',
                             deal.external_id, total, deal.amount_minor),
            HINT = 'Write the amount of a deal and all of its lines in one transaction.';
    END IF;
END $$;
CREATE FUNCTION sales_lines_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM sales_lines_add_up_to(OLD.deal_id);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.deal_id <> OLD.deal_id) THEN
        PERFORM sales_lines_add_up_to(NEW.deal_id);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION sales_deal_is_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM sales_lines_add_up_to(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sales_dealline_adds_up AFTER INSERT OR UPDATE OR DELETE ON sales_dealline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sales_lines_add_up();
CREATE CONSTRAINT TRIGGER sales_deal_adds_up AFTER UPDATE OF amount_minor ON sales_deal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.amount_minor IS DISTINCT FROM NEW.amount_minor)
    EXECUTE FUNCTION sales_deal_is_its_lines();
"""
GONE = """
DROP TRIGGER sales_deal_adds_up ON sales_deal;
DROP TRIGGER sales_dealline_adds_up ON sales_dealline;
DROP FUNCTION sales_deal_is_its_lines();
DROP FUNCTION sales_lines_add_up();
DROP FUNCTION sales_lines_add_up_to(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0006_lines")]

    operations = [migrations.RunSQL(SUM, GONE)]
