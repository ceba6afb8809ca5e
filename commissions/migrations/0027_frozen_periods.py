"""A period that is closed stays so: whoever opened it again could change its statements. It may only become paid, and back.

The owner of the table may, where she says so (juara.may_truncate, as for emptying tables): tests do.
"""

from django.db import migrations

FROZEN = """
CREATE FUNCTION commissions_closed_period_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('juara.may_truncate', true), '') = 'on' AND pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
    ) THEN
        RETURN coalesce(NEW, OLD);
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'The period (id %) is closed and cannot be deleted.', OLD.id USING ERRCODE = 'restrict_violation';
    ELSIF NEW.status NOT IN ('closed', 'paid')
        OR (NEW.kind, NEW.start, NEW."end", NEW.first_month) IS DISTINCT FROM (OLD.kind, OLD.start, OLD."end", OLD.first_month)
    THEN
        RAISE EXCEPTION 'The period (id %) is closed and stays so: what changes later is a true-up of the next one.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commissions_period_frozen BEFORE UPDATE ON commissions_period
    FOR EACH ROW WHEN (OLD.status IN ('closed', 'paid')) EXECUTE FUNCTION commissions_closed_period_is_frozen();
CREATE TRIGGER commissions_period_kept BEFORE DELETE ON commissions_period
    FOR EACH ROW WHEN (OLD.status IN ('closed', 'paid')) EXECUTE FUNCTION commissions_closed_period_is_frozen();
CREATE TRIGGER commissions_period_no_truncate BEFORE TRUNCATE ON commissions_period
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_closed_is_not_truncated();
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0026_disputes")]

    operations = [migrations.RunSQL(FROZEN, "DROP FUNCTION commissions_closed_period_is_frozen() CASCADE;"
                                    "DROP TRIGGER commissions_period_no_truncate ON commissions_period;")]
