# SPDX-License-Identifier: EUPL-1.2
"""Those who sign in: a login, its passkeys, sessions and enrolment links; an account is a role of a login."""

import django.db.models.deletion
from django.db import migrations, models

import troskel.ground.ids


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0014_stopped_nights'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='claimed',
            field=models.BooleanField(default=False, help_text='it follows what the provider says of the person'),
        ),
        migrations.CreateModel(
            name='Login',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('issuer', models.CharField(max_length=255)),
                ('subject', models.CharField(help_text='never an identity number', max_length=255)),
                ('email', models.CharField(blank=True, default='', max_length=254)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='one_login_per_person')],
            },
        ),
        migrations.AddField(
            model_name='account',
            name='login',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='people.login'),
        ),
        migrations.CreateModel(
            name='EnrolmentLink',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('issued', models.DateTimeField()),
                ('expires', models.DateTimeField()),
                ('spent', models.DateTimeField(help_text='used, or replaced by a newer one', null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to="people.account")),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('spent', None)), fields=('account',), name='one_enrolment_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('credential', models.CharField(help_text='its id, base64url', max_length=1400)),
                ('public', models.TextField(help_text='attested credential data, base64url')),
                ('count', models.BigIntegerField(default=0, help_text='how often it has signed, where it counts')),
                ('label', models.CharField(max_length=60)),
                ('added', models.DateTimeField()),
                ('used', models.DateTimeField(null=True)),
                ('removed', models.DateTimeField(null=True)),
                ('login', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='passkeys', to='people.login')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('credential',), name='one_passkey_per_credential')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(default=troskel.ground.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('method', models.CharField(help_text='oidc | passkey | proxy', max_length=10)),
                ('acr', models.CharField(blank=True, help_text='how sure the provider was', max_length=255)),
                ('proof', models.CharField(help_text='digest of what was answered: it counts once', max_length=64, null=True)),
                ('sid', models.CharField(blank=True, help_text="the provider's name of its own session", max_length=255)),
                ('id_token', models.TextField(blank=True, help_text='shown to the provider when signing out; then emptied')),
                ('browser', models.CharField(blank=True, max_length=60)),
                ('began', models.DateTimeField()),
                ('authenticated', models.DateTimeField(help_text='when the person last showed who it is')),
                ('expires', models.DateTimeField(help_text='at the latest, however much it is used')),
                ('ended', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(help_text='chosen', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to="people.account")),
                ('login', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='people.login')),
            ],
            options={
                'indexes': [models.Index(fields=['login', 'ended'], name='sessions_by_login'), models.Index(fields=['sid'], name='sessions_by_sid')],
                'constraints': [models.UniqueConstraint(fields=('proof',), name='one_session_per_proof'), models.CheckConstraint(condition=models.Q(('method__in', ['oidc', 'passkey', 'proxy'])), name='session_of_known_method'), models.CheckConstraint(condition=models.Q(('ended', None), ('id_token', ''), _connector='OR'), name='no_token_of_an_ended_session')],
            },
        ),
    ]
