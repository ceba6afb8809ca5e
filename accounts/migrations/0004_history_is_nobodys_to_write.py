"""Only triggers that the owner has made write the history: the function that does is no one else's to put on a table.

It runs as the owner, so what it makes of a table's names is quoted.
"""

from importlib import import_module

from django.db import migrations

RECORD: str = import_module("accounts.migrations.0003_history").RECORD
FUNCTION = RECORD[: RECORD.index("CREATE FUNCTION accounts_history_stays")]
QUOTED = FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    """THEN ''{"%1$s": ["***", "***"]}''::jsonb ELSE""",
    """THEN jsonb_build_object(%1$L, jsonb_build_array(''***'', ''***'')) ELSE""",
)
REVOKE = "REVOKE EXECUTE ON FUNCTION accounts_record_change() FROM PUBLIC;"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_history")]

    operations = [
        migrations.RunSQL(
            QUOTED + REVOKE,
            FUNCTION.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
            + "GRANT EXECUTE ON FUNCTION accounts_record_change() TO PUBLIC;",
        )
    ]
