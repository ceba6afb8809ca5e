"""At commit the shares of a role are the whole deal, or gone.

A trigger of our own: one that a library can switch off opens a subtransaction for each row, which made an import of
50,000 split deals take two and a half minutes.
"""

from django.db import migrations

WHOLE = """
CREATE FUNCTION sales_shares_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
    changed sales_dealshare := coalesce(NEW, OLD);
BEGIN
    SELECT sum(share_ppm) INTO total FROM sales_dealshare WHERE deal_id = changed.deal_id AND role = changed.role;
    IF total <> 1000000 THEN
        RAISE check_violation USING
            MESSAGE = format('The shares of %s in deal %s add up to %s parts per million, not to 1000000.',
                             changed.role, changed.deal_id, total),
            HINT = 'Write all shares of a deal in one transaction.';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sales_dealshare_whole AFTER INSERT OR UPDATE OR DELETE ON sales_dealshare
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sales_shares_are_whole();
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0001_initial")]

    operations = [migrations.RunSQL(WHOLE, "DROP FUNCTION sales_shares_are_whole() CASCADE;")]
