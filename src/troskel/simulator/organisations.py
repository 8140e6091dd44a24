# SPDX-License-Identifier: EUPL-1.2
"""The organisations of the invented municipality, and one person in each role."""

OFFICE, EAST, MEADOW, ALARM, LOCKSMITH = "2120000993", "5560009911", "5560009929", "5560009937", "5560009945"

ORGANISATIONS = (
    (OFFICE, "Socialkontoret i Tröskelby", "lasvred@troskelby.example", "municipality"),
    (EAST, "Hemtjänsten Öst", "samordnare@ost.example", "home_care"),
    (MEADOW, "Ängens Hemvård", "samordnare@angen.example", "home_care"),
    (ALARM, "Larmpatrullen", "patrull@larm.example", "alarm"),
    (LOCKSMITH, "Lås & Nyckel i Tröskelby", "verkstad@las.example", "locksmith"),
)

ACCOUNTS = (
    ("anna", "Anna Assarsson", "assessor", OFFICE),
    ("siri", "Siri Sjö", "administrator", OFFICE),
    ("maria", "Maria Modin", "manager", OFFICE),
    ("erik", "Erik Ekonom", "economist", OFFICE),
    ("olle", "Olle Östlund", "coordinator", EAST),
    ("carin", "Carin Corell", "carer", EAST),
    ("moa", "Moa Mård", "coordinator", MEADOW),
    ("mikael", "Mikael Mo", "carer", MEADOW),
    ("lars", "Lars Larsson", "coordinator", ALARM),
    ("rut", "Rut Rask", "responder", ALARM),
    ("laban", "Laban Låås", "locksmith", LOCKSMITH),
)
