"""What a change of what leave changes says: see `diff_keys`."""

from commissions.engine.diff_entries import Choice, Part
from commissions.engine.words import told

LEAVE = Part(
    {
        "deals": Choice(
            {
                "credited": told("Deals that close while their payee is on leave are now credited."),
                "not_credited": told("Deals that close while their payee is on leave are no longer credited."),
            },
            absent="credited",
        ),
        "quotas": Choice(
            {
                "whole": told("Days of leave no longer lessen quotas."),
                "prorated": told("Days of leave now lessen quotas, as days off the plan do."),
            },
            absent="whole",
        ),
        "targets": Choice(
            {
                "whole": told("Days of leave no longer lessen target incentives."),
                "prorated": told("Days of leave now lessen target incentives, as days off the plan do."),
            },
            absent="whole",
        ),
    }
)
