"""What the home pages and the shell around every page show."""

from dashboards.selectors.company import CompanyHome, SetupStep, company_home
from dashboards.selectors.own import DealEarning, OwnHome, Standing, own_home, standing, standing_board
from dashboards.selectors.shell import shell
from dashboards.selectors.team import TeamHome, TeamRow, team_home

__all__ = [
    "CompanyHome",
    "DealEarning",
    "OwnHome",
    "SetupStep",
    "Standing",
    "TeamHome",
    "TeamRow",
    "company_home",
    "own_home",
    "shell",
    "standing",
    "standing_board",
    "team_home",
]
