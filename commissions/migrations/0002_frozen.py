"""What is published, closed or paid can't be changed by any client, raw SQL and TRUNCATE included; and lines refer.

Statement triggers with transition tables check a whole COPY in one join; a trigger for each row would double its time.
A test database that empties its tables between tests says so: SET juara.may_truncate = 'on'.
"""

from django.db import migrations

VERSION = """
CREATE FUNCTION commissions_published_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF coalesce(current_setting('juara.may_truncate', true), '') <> 'on' AND EXISTS (
            SELECT FROM commissions_planversion WHERE status <> 'draft'
        ) THEN
            RAISE EXCEPTION 'Published plan versions cannot be deleted.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
    ELSIF OLD.status = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    ELSIF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Version % of plan % was published and cannot be deleted.', OLD.number, OLD.plan_id
            USING ERRCODE = 'restrict_violation';
    ELSIF NEW.status = 'draft' OR NOT NEW.during <@ OLD.during OR (
        NEW.document, NEW.source, NEW.hash, NEW.plan_id, NEW.number, NEW.published_at, NEW.published_by_id
    ) IS DISTINCT FROM (
        OLD.document, OLD.source, OLD.hash, OLD.plan_id, OLD.number, OLD.published_at, OLD.published_by_id
    ) THEN
        RAISE EXCEPTION 'Version % of plan % was published and cannot be changed. Publish a new version.',
            OLD.number, OLD.plan_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commissions_planversion_frozen BEFORE UPDATE OR DELETE ON commissions_planversion
    FOR EACH ROW EXECUTE FUNCTION commissions_published_is_frozen();
CREATE TRIGGER commissions_planversion_no_truncate BEFORE TRUNCATE ON commissions_planversion
    FOR EACH STATEMENT EXECUTE FUNCTION commissions_published_is_frozen();
"""

CLOSED = """
CREATE FUNCTION commissions_refuse_closed(period_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF period_id IS NOT NULL THEN
        RAISE EXCEPTION 'The period (id %) is closed: its statements and their lines never change.', period_id
            USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

CREATE FUNCTION commissions_closed_statement_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM commissions_refuse_closed((
        SELECT period.id FROM commissions_period period
        WHERE period.status IN ('closed', 'paid') AND period.id IN (SELECT changed.period_id FROM changed) LIMIT 1
    ));
    RETURN NULL;
END $$;

CREATE FUNCTION commissions_closed_line_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM commissions_refuse_closed((
        SELECT period.id FROM (SELECT DISTINCT statement_id FROM changed) line
        JOIN commissions_statement statement ON statement.id = line.statement_id
        JOIN commissions_period period ON period.id = statement.period_id
        WHERE period.status IN ('closed', 'paid') LIMIT 1
    ));
    IF TG_ARGV[0] = 'new' AND EXISTS (
        SELECT FROM (SELECT DISTINCT statement_id, plan_version_id FROM changed) line
        WHERE NOT EXISTS (SELECT FROM commissions_statement row WHERE row.id = line.statement_id)
            OR NOT EXISTS (SELECT FROM commissions_planversion row WHERE row.id = line.plan_version_id)
    ) THEN
        RAISE EXCEPTION 'A line must refer to a statement and a plan version that exist.'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION commissions_closed_is_not_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('juara.may_truncate', true), '') <> 'on' THEN
        PERFORM commissions_refuse_closed((
            SELECT period.id FROM commissions_period period WHERE period.status IN ('closed', 'paid') LIMIT 1
        ));
    END IF;
    RETURN NULL;
END $$;
"""

REFERENCES = """
CREATE FUNCTION commissions_line_is_referred() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM gone JOIN commissions_earningline line ON line.%I = gone.id)', TG_ARGV[0])
        INTO found;
    IF found THEN
        RAISE EXCEPTION 'Lines of statements refer to this row of %.', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""
REFERRED = {"commissions_statement": "statement_id", "commissions_planversion": "plan_version_id", "sales_deal": "deal_id"}
TABLES = {"statement": "commissions_closed_statement_is_frozen", "earningline": "commissions_closed_line_is_frozen",
          "settlement": "commissions_closed_line_is_frozen"}
CHANGES = {
    "insert": ("INSERT", "new"),
    "update": ("UPDATE", "old"),
    "moved": ("UPDATE", "new"),
    "delete": ("DELETE", "old"),
}


def triggers() -> str:
    made = [
        f"CREATE TRIGGER commissions_{table}_frozen_{name} AFTER {event} ON commissions_{table} "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}('{rows}');"
        for table, function in TABLES.items()
        for name, (event, rows) in CHANGES.items()
    ]
    made += [
        f"CREATE TRIGGER commissions_{table}_no_truncate BEFORE TRUNCATE ON commissions_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION commissions_closed_is_not_truncated();"
        for table in TABLES
    ]
    return "\n".join(made)


def referred() -> str:
    return "\n".join(
        f"CREATE TRIGGER commissions_line_keeps AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone "
        f"FOR EACH STATEMENT EXECUTE FUNCTION commissions_line_is_referred('{column}');"
        for table, column in REFERRED.items()
    )


class Migration(migrations.Migration):
    dependencies = [("commissions", "0001_initial"), ("sales", "0001_initial")]

    operations = [
        migrations.RunSQL(VERSION, "DROP FUNCTION commissions_published_is_frozen() CASCADE;"),
        migrations.RunSQL(
            REFERENCES + referred(),
            "DROP FUNCTION commissions_line_is_referred() CASCADE;",
        ),
        migrations.RunSQL(
            CLOSED + triggers(),
            "DROP FUNCTION commissions_closed_statement_is_frozen(), commissions_closed_line_is_frozen(), "
            "commissions_closed_is_not_truncated(), commissions_refuse_closed(bigint) CASCADE;",
        ),
    ]
