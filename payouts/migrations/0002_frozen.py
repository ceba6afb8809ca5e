"""What was handed over can't be changed by any client, raw SQL and TRUNCATE included: it may only come further.

A test database that empties its tables between tests says so: SET juara.may_truncate = 'on'. While account numbers are
sealed anew (manage.py bank_keys rotate) that command says SET LOCAL juara.reseals = 'on'.
"""

from django.db import migrations

FROZEN = """
CREATE FUNCTION payouts_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Batch % was handed over or discarded: it never changes. Void it with a counter-batch.', what
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION payouts_batch_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := ARRAY['status', 'paid_by_id', 'paid_at', 'voided_by_id', 'voided_at'];
    steps text[] := ARRAY['exported', 'paid', 'void'];
BEGIN
    IF OLD.status = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM payouts_refuse(OLD.number::text);
    ELSIF to_jsonb(OLD) - moves IS DISTINCT FROM to_jsonb(NEW) - moves
        OR array_position(steps, NEW.status::text) IS NULL
        OR array_position(steps, NEW.status::text) < array_position(steps, OLD.status::text)
        OR (OLD.paid_at IS NOT NULL AND (OLD.paid_at, OLD.paid_by_id) IS DISTINCT FROM (NEW.paid_at, NEW.paid_by_id))
        OR (OLD.status = 'void' AND OLD IS DISTINCT FROM NEW)
    THEN
        PERFORM payouts_refuse(OLD.number::text);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_batch_frozen BEFORE UPDATE OR DELETE ON payouts_batch
    FOR EACH ROW EXECUTE FUNCTION payouts_batch_is_frozen();

CREATE FUNCTION payouts_payout_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := ARRAY['status', 'reason'];
    steps text[] := ARRAY['exported', 'paid', 'rejected', 'reversed'];
    batch record;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        SELECT number, status INTO batch FROM payouts_batch WHERE id = coalesce(NEW.batch_id, OLD.batch_id);
        IF batch.status <> 'draft' THEN
            PERFORM payouts_refuse(batch.number::text);
        END IF;
        RETURN coalesce(NEW, OLD);
    ELSIF OLD.status = 'draft' THEN
        IF OLD.batch_id <> NEW.batch_id THEN
            PERFORM payouts_refuse(OLD.batch_id::text);
        END IF;
        RETURN NEW;
    END IF;
    IF current_setting('juara.reseals', true) = 'on' THEN
        moves := moves || ARRAY['number_sealed'];
    END IF;
    IF to_jsonb(OLD) - moves IS DISTINCT FROM to_jsonb(NEW) - moves
        OR (NEW.status <> OLD.status AND (
            OLD.status IN ('rejected', 'reversed', 'void')
            OR array_position(steps, NEW.status::text) IS NULL
            OR array_position(steps, NEW.status::text) < array_position(steps, OLD.status::text)
        ))
        OR (NEW.status = OLD.status AND NEW.reason <> OLD.reason)
    THEN
        PERFORM payouts_refuse((SELECT number::text FROM payouts_batch WHERE id = OLD.batch_id));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_payout_frozen BEFORE INSERT OR UPDATE OR DELETE ON payouts_payout
    FOR EACH ROW EXECUTE FUNCTION payouts_payout_is_frozen();

CREATE FUNCTION payouts_part_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.payout_id, OLD.statement_id) IS DISTINCT FROM (NEW.payout_id, NEW.statement_id)
            OR (OLD.is_countered AND NOT NEW.is_countered)
        THEN
            PERFORM payouts_refuse(OLD.payout_id::text);
        END IF;
        RETURN NEW;
    END IF;
    SELECT row.number, row.status INTO batch FROM payouts_payout payout JOIN payouts_batch row ON row.id = payout.batch_id
        WHERE payout.id = coalesce(NEW.payout_id, OLD.payout_id);
    IF batch.status <> 'draft' THEN
        PERFORM payouts_refuse(batch.number::text);
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER payouts_payoutstatement_frozen BEFORE INSERT OR UPDATE OR DELETE ON payouts_payoutstatement
    FOR EACH ROW EXECUTE FUNCTION payouts_part_is_frozen();

CREATE FUNCTION payouts_answer_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := ARRAY['booked_by_id', 'booked_at'];
BEGIN
    IF TG_OP = 'DELETE' OR TG_TABLE_NAME = 'payouts_answerfile'
        OR to_jsonb(OLD) - moves IS DISTINCT FROM to_jsonb(NEW) - moves OR to_jsonb(OLD) ->> 'booked_at' IS NOT NULL
    THEN
        RAISE EXCEPTION 'What a bank or payroll answered is kept as it came.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_answer_kept BEFORE UPDATE OR DELETE ON payouts_answer
    FOR EACH ROW EXECUTE FUNCTION payouts_answer_is_kept();
CREATE TRIGGER payouts_answerfile_kept BEFORE UPDATE OR DELETE ON payouts_answerfile
    FOR EACH ROW EXECUTE FUNCTION payouts_answer_is_kept();

CREATE FUNCTION payouts_file_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR coalesce(current_setting('juara.reseals', true), '') <> 'on'
        OR to_jsonb(OLD) - 'content_sealed' IS DISTINCT FROM to_jsonb(NEW) - 'content_sealed'
    THEN
        RAISE EXCEPTION 'A file that was handed out is kept as it is.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payouts_batchfile_kept BEFORE UPDATE OR DELETE ON payouts_batchfile
    FOR EACH ROW EXECUTE FUNCTION payouts_file_is_kept();

CREATE FUNCTION payouts_is_not_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('juara.may_truncate', true), '') <> 'on' THEN
        RAISE EXCEPTION 'Payouts cannot be emptied.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
TABLES = ("batch", "payout", "payoutstatement", "answer", "answerfile", "batchfile")
NOT_TRUNCATED = "\n".join(
    f"CREATE TRIGGER payouts_{table}_no_truncate BEFORE TRUNCATE ON payouts_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION payouts_is_not_truncated();"
    for table in TABLES
)
UNDO = (
    "DROP FUNCTION payouts_is_not_truncated(), payouts_file_is_kept(), payouts_answer_is_kept(), payouts_part_is_frozen(), "
    "payouts_payout_is_frozen(), payouts_batch_is_frozen(), payouts_refuse(text) CASCADE;"
)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]

    operations = [migrations.RunSQL(FROZEN + NOT_TRUNCATED, UNDO)]
