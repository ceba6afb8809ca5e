"""The history of every change: written by triggers alone, and never changed.

An insert is one compact row, for what a row was made with follows from what it is and from its changes since. An update
has what changed, before and after; a delete has the whole row. The expression that compares two rows is made from the
table's columns as they are when the statement runs, so that a migration of a table needs nothing here.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.fields.json
from django.conf import settings
from django.db import migrations, models

RECORD = """
CREATE FUNCTION accounts_record_change() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    _who jsonb := nullif(current_setting('juara.by', true), '')::jsonb;
    _user bigint := (_who->>'user')::bigint;
    _source text := coalesce(nullif(_who->>'source', ''), 'database: ' || session_user);
    _request uuid := (_who->>'request')::uuid;
    _secret text[] := TG_ARGV[1];
    _left_out text[] := TG_ARGV[2];
    _pairs text;
    _moved boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        -- What is kept in bytes is encrypted, or no reading for people.
        _secret := _secret || ARRAY(
            SELECT attname::text FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND atttypid = 'bytea'::regtype
        );
    END IF;
    IF TG_OP = 'INSERT' THEN
        EXECUTE format(
            'INSERT INTO accounts_change (at, model, object_id, kind, user_id, source, request) '
            'SELECT now(), $1, %I, ''+'', $2, $3, $4 FROM new_rows', TG_ARGV[3]
        ) USING TG_ARGV[0], _user, _source, _request;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format(
            'INSERT INTO accounts_change (at, model, object_id, kind, user_id, source, request, changes) '
            'SELECT now(), $1, %I, ''-'', $2, $3, $4, to_jsonb(gone) - $5 FROM old_rows gone', TG_ARGV[3]
        ) USING TG_ARGV[0], _user, _source, _request, _secret || _left_out;
    ELSIF EXISTS (SELECT FROM old_rows) THEN
        SELECT string_agg(
            CASE WHEN attname = ANY (_secret) THEN format(
                'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN ''{"%1$s": ["***", "***"]}''::jsonb ELSE ''{}'' END', attname
            ) ELSE format(
                'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I '
                'THEN jsonb_build_object(%1$L, jsonb_build_array(o.%1$I, n.%1$I)) ELSE ''{}'' END', attname
            ) END, ' || ' ORDER BY attnum
        ) INTO _pairs FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname <> TG_ARGV[3] AND attname <> ALL (_left_out);
        EXECUTE format(
            'INSERT INTO accounts_change (at, model, object_id, kind, user_id, source, request, changes, fields) '
            'SELECT now(), $1, id, ''~'', $2, $3, $4, changes, ARRAY(SELECT jsonb_object_keys(changes)) FROM ('
            'SELECT n.%2$I AS id, %1$s AS changes FROM old_rows o JOIN new_rows n USING (%2$I) '
            'WHERE o.* IS DISTINCT FROM n.*) compared WHERE changes <> ''{}''', _pairs, TG_ARGV[3]
        ) USING TG_ARGV[0], _user, _source, _request;
        EXECUTE format('SELECT EXISTS (SELECT %1$I FROM old_rows EXCEPT SELECT %1$I FROM new_rows)', TG_ARGV[3]) INTO _moved;
        IF _moved THEN
            RAISE EXCEPTION 'The key of a row of % never changes: its history goes by it.', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' OR coalesce(current_setting('juara.may_truncate', true), '') <> 'on' THEN
        RAISE EXCEPTION 'The history of changes is never changed or deleted.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_change_stays BEFORE UPDATE OR DELETE ON accounts_change
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_history_stays();
CREATE TRIGGER accounts_change_no_truncate BEFORE TRUNCATE ON accounts_change
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_history_stays();
"""
SOURCE = "What led to it: an address, a task, a command, or the database's user."
OBJECT = "Its primary key, as text."
REQUEST = "The same for all that one request or command led to."
CHANGES = "Of a change: before and after, by column; of a deletion: the row."


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_leave")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(help_text="When its transaction began.")),
                ("model", models.CharField(help_text="sales.deal", max_length=100)),
                ("object_id", models.TextField(help_text=OBJECT)),
                (
                    "kind",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                ("source", models.TextField(help_text=SOURCE)),
                ("request", models.UUIDField(help_text=REQUEST, null=True)),
                ("changes", models.JSONField(help_text=CHANGES, null=True)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), help_text="The columns that changed.", null=True, size=None
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["at", "id"], name="accounts_change_at"),
                    models.Index(fields=["model", "at", "id"], name="accounts_change_model"),
                    models.Index(fields=["model", "object_id", "id"], name="accounts_change_object"),
                    models.Index(
                        condition=models.Q(("user__isnull", False)),
                        fields=["user", "at", "id"],
                        name="accounts_change_user",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("fields__isnull", False)), fields=["fields"], name="accounts_change_fields"
                    ),
                    models.Index(
                        django.db.models.fields.json.KeyTextTransform("deal_id", "changes"),
                        condition=models.Q(("kind", "-")),
                        name="accounts_change_of_deal",
                    ),
                ]
            },
        ),
        migrations.RunSQL(
            RECORD, "DROP FUNCTION accounts_record_change() CASCADE; DROP FUNCTION accounts_history_stays() CASCADE;"
        ),
    ]
