from config.run.translations import problems


def test_every_message_of_templates_and_code_has_a_sound_indonesian_translation() -> None:
    assert problems() == []
