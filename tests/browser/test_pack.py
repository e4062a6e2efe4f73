"""A pack in a real browser: sound at every width."""

import clusteranalysis as ca


def test_sound_at_every_width(sound, tmp_path):
    briefing = ca.brief(ca.sample(), region="east-bay")
    ca.write_pack(briefing, "ports-logistics", tmp_path, formats=["html"])
    sound(tmp_path / "pack-ports-logistics.html")
