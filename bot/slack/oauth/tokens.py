"""Tokens, encrypted at rest with keys that can be replaced."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.decisions.installation import TokenUnreadable


class TokenCipher:
    """Seals tokens with the newest key, and opens what any of the keys has sealed.

    A sealed token opens for the account that it was sealed for and for no other, so that a row
    put in another one's place is worth nothing.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Make a seal.

        Args:
            keys: Fernet keys, the newest first.

        Raises:
            ValueError: there is no key, or one is malformed.
        """
        self._fernets = [Fernet(key) for key in keys]
        self._any = MultiFernet(self._fernets)

    def seal(self, account: str, token: str) -> str:
        """Return an account's token, encrypted with the newest key."""
        return self._any.encrypt(f"{account} {token}".encode()).decode()

    def unseal(self, account: str, sealed: str) -> str:
        """Return the token in the clear.

        Raises:
            TokenUnreadable: no key opens it, or it is another account's.
        """
        try:
            owner, _, token = self._any.decrypt(sealed).decode().partition(" ")
        except InvalidToken as error:
            raise TokenUnreadable(account) from error
        if owner != account:
            raise TokenUnreadable(account)
        return token

    def renewed(self, account: str, sealed: str) -> str:
        """Return the sealed token as the newest key seals it; the same if it already did.

        Raises:
            TokenUnreadable: no key opens it, or it is another account's.
        """
        self.unseal(account, sealed)
        try:
            self._fernets[0].decrypt(sealed)
        except InvalidToken:
            return self._any.rotate(sealed).decode()
        return sealed
