
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0016_scores'),
    ]

    operations = [
        migrations.AddField(
            model_name='earningline',
            name='pool',
            field=models.TextField(help_text="Of a part of a team's pool: before, after, members, own, total, part.", null=True),
        ),
    ]
