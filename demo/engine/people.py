"""The forty people of the demo company, their teams, managers and moves."""

from datetime import date

from demo.engine.calendar import add_months
from demo.engine.records import Away, Person, Stay, Team

TEAMS = (
    Team("head-office", "Head Office", None),
    Team("indonesia", "Indonesia Key Accounts", "head-office"),
    Team("jakarta", "Jakarta", "indonesia"),
    Team("surabaya", "Surabaya", "indonesia"),
    Team("asia-pacific", "Asia Pacific", "head-office"),
    Team("europe", "Europe", "head-office"),
)
LOGINS = {"rep": "anindya", "manager": "mega", "admin": "dewi", "finance": "fajar"}
PASSWORD = "langit-biru-42"  # noqa: S105 - shown to everybody, and only on demo data
MANAGER_OF = {
    "head-office": "retno",
    "indonesia": "bambang",
    "jakarta": "mega",
    "surabaya": "joko",
    "asia-pacific": "priya",
    "europe": "soren",
}

# key | name | team | roles | level | pace
_PEOPLE = """
retno      | Retno Wulandari                          | head-office  | manager     | -      | 0
dewi       | Dewi Anggraini                           | head-office  | admin       | -      | 0
fajar      | Fajar Nugroho                            | head-office  | finance     | -      | 0
kartika    | Kartika Maheswari                        | head-office  | finance     | -      | 0
bambang    | Bambang Prasetyo                         | indonesia    | manager     | -      | 0
kusuma     | Raden Ajeng Kusumaningtyas Hadiwinata    | indonesia    | rep         | senior | 150
yohanes    | Yohanes Baptista Situmorang              | indonesia    | rep         | senior | 100
putri      | Putri Ayuningtyas                        | indonesia    | rep         | mid    | 80
hendra     | Hendra Wijayakusuma                      | indonesia    | rep         | mid    | 95
mega       | Mega Lestari                             | jakarta      | manager     | -      | 0
anindya    | Anindya Puspita                          | jakarta      | rep         | mid    | 125
rizky      | Rizky Ramadhan                           | jakarta      | rep         | senior | 170
dimas      | Dimas Aditya Pratama                     | jakarta      | rep         | mid    | 90
nurul      | Nurul Hidayati                           | jakarta      | rep         | mid    | 105
kevin      | Kevin Tanoto                             | jakarta      | rep         | junior | 75
niluh      | Ni Luh Made Saraswati                    | jakarta      | rep         | senior | 120
agus       | Agus Salim Siregar                       | jakarta      | rep         | mid    | 60
melati     | Melati Oktaviani                         | jakarta      | rep         | junior | 95
joko       | Joko Suprayitno                          | surabaya     | manager     | -      | 0
wahyu      | Wahyu Setiawan                           | surabaya     | rep         | mid    | 110
ngurah     | I Gusti Ngurah Bagus Wirawan             | surabaya     | rep         | senior | 115
ratna      | Ratna Kumalasari                         | surabaya     | rep         | mid    | 100
yusuf      | Yusuf Habibi                             | surabaya     | rep         | junior | 85
goreti     | Maria Goreti Lamahala                    | surabaya     | rep         | mid    | 145
eko        | Eko Purnomo                              | surabaya     | rep         | mid    | 55
fitri      | Fitri Handayani                          | surabaya     | rep         | junior | 105
priya      | Priya Raghunathan                        | asia-pacific | manager     | -      | 0
weiling    | Tan Wei Ling                             | asia-pacific | rep         | senior | 160
chau       | Nguyễn Thị Minh Châu                     | asia-pacific | rep         | mid    | 115
aarav      | Aarav Krishnamurthy                      | asia-pacific | rep         | mid    | 90
somchai    | Somchai Rattanaporn                      | asia-pacific | rep         | mid    | 70
haruka     | Haruka Watanabe                          | asia-pacific | rep         | senior | 105
liam       | Liam O'Sullivan                          | asia-pacific | rep         | junior | 95
isabel     | Maria Isabel dela Cruz-Villanueva        | asia-pacific | rep         | mid    | 100
soren      | Søren Lindqvist                          | europe       | manager rep | mid    | 55
zoe        | Zoë van den Heuvel                       | europe       | rep         | senior | 135
jb         | Jean-Baptiste de La Fontaine-Dubois      | europe       | rep         | mid    | 95
katarzyna  | Katarzyna Wiśniewska                     | europe       | rep         | mid    | 110
alejandro  | Alejandro Fernández Ibarra               | europe       | rep         | junior | 80
fatima     | Fatima Al-Zahrani                        | europe       | rep         | mid    | 100
"""
# Months after the beginning; everybody else was there before it and still is.
_JOINED = {"melati": 5, "liam": 8, "alejandro": 3}
_LEFT = {"eko": 13}
_MOVED = {"wahyu": ("jakarta", 9)}
# Months after the beginning, from which day of that month to before which, and why: late in the quarter before today's.
_AWAY = {"nurul": (17, 7, 26, "Cuti ibadah haji")}
_INDONESIAN = {"indonesia", "jakarta", "surabaya", "head-office"}


def people(since: date) -> tuple[Person, ...]:
    """Everybody, with the teams and managers each has had. `since` is the first day of the demo's deals."""
    rows = [[cell.strip() for cell in line.split("|")] for line in _PEOPLE.strip().splitlines()]
    return tuple(
        Person(
            key,
            name,
            tuple(roles.split()),
            _language(team),
            int(pace),
            level,
            _stays(key, team, since),
            _away(key, since),
        )
        for key, name, team, roles, level, pace in rows
    )


def _away(key: str, since: date) -> tuple[Away, ...]:
    if key not in _AWAY:
        return ()
    month, first, back, reason = _AWAY[key]
    begun = add_months(since, month)
    return (Away(begun.replace(day=first), begun.replace(day=back), reason),)


def _language(team: str) -> str:
    return "id" if team in _INDONESIAN else "en"


def _stays(key: str, team: str, since: date) -> tuple[Stay, ...]:
    joined = add_months(since, _JOINED.get(key, -12))
    left = add_months(since, _LEFT[key]) if key in _LEFT else None
    if key not in _MOVED:
        return (Stay(team, _manager(key, team), joined, left),)
    other, after = _MOVED[key]
    moved = add_months(since, after)
    return (Stay(team, _manager(key, team), joined, moved), Stay(other, _manager(key, other), moved, left))


def _manager(key: str, team: str) -> str | None:
    """The team's manager; that manager's own is the manager of the team above."""
    if MANAGER_OF[team] != key:
        return MANAGER_OF[team]
    above = next(each.parent for each in TEAMS if each.key == team)
    return MANAGER_OF[above] if above else None
