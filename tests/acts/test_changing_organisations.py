# SPDX-License-Identifier: EUPL-1.2
"""An organisation changes its kind only where it can go on with what it has."""

from __future__ import annotations

from tests.town import EAST, Town


def test_a4_an_organisation_stays_what_its_clients_need(town: Town) -> None:
    town.does("siri", "change_organisation", organisation=EAST, kind="home_care", name="Öst hemtjänst")
    town.new_client()
    town.refused("siri", "change_organisation", "A4", organisation=EAST, kind="alarm")
    town.refused("siri", "change_organisation", "A4", organisation=EAST, kind="locksmith")


def test_an_organisation_keeps_the_roles_of_its_people(town: Town) -> None:
    town.refused("siri", "change_organisation", "BadValue role", organisation=EAST, kind="alarm")
