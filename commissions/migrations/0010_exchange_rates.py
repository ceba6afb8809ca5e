from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('commissions', '0009_line_targets'),
    ]

    operations = [
        migrations.AddField(
            model_name='earningline',
            name='exchange_rate_e12',
            field=models.BigIntegerField(help_text="From the deal's currency, times 10^12.", null=True),
        ),
    ]
