from config.run.places import CHECKOUT
from config.run.translations import LOCALE, messages, problems


def test_every_message_of_templates_and_code_has_a_sound_indonesian_translation() -> None:
    assert (LOCALE / "id" / "LC_MESSAGES" / "django.po").is_file()
    assert problems() == []


def test_messages_are_found_in_templates_and_in_code() -> None:
    places = {place for message in messages(CHECKOUT) for place, _ in message.locations}
    assert {"accounts/models.py", "templates/base.html"} <= places
