"""`secrets`: the keys that seal the providers' keys and the webhooks' secrets."""

import click

from icons.terminal.opening import Opening


def command(opening: Opening) -> click.Group:
    """`secrets rotate`."""
    group = click.Group("secrets", help="Change the key that seals providers' keys and webhooks' secrets.")

    @group.command("rotate")
    def rotate() -> None:
        """Seal every stored provider key and webhook secret anew with the first key of SECRETS_KEY.

        Put the new key in front of the old one (SECRETS_KEY=new,old), run this, then leave the old one out.
        """
        house = opening.house()
        try:
            count = house.profiles.reseal() + house.hooks.reseal()
        finally:
            house.close()
        click.echo(f"Sealed with the first key of SECRETS_KEY: {count}. Its other keys are no longer needed.")

    return group
