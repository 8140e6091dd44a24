import pytest
from django.db import connection
from troskel.keeping import guards
@pytest.mark.django_db
def test_g():
    assert guards.differing() == []
    guards.restore()
    assert guards.differing() == []
