"""A chat that gets a new address at its service: a group that becomes a supergroup."""

from storage.engine import Tx

_HOLDER = """
SELECT other.id, one.address FROM conversations AS one
LEFT JOIN conversations AS other ON other.channel = one.channel AND other.address = ? AND other.id <> one.id
WHERE one.id = ?"""
_ADDRESS = "UPDATE conversations SET address = ?, unreachable = '' WHERE id = ?"
_PARK = "UPDATE conversations SET address = address || '#moved', unreachable = 'moved' WHERE id = ?"
_FORWARD = """
UPDATE outbox SET conversation_id = ? WHERE conversation_id = ? AND state = 'queued' AND NOT EXISTS
    (SELECT 1 FROM outbox AS twin WHERE twin.source = outbox.source AND twin.source_id = outbox.source_id
     AND twin.revision = outbox.revision AND twin.part = outbox.part AND twin.conversation_id = ?)"""


async def move(tx: Tx, conversation_id: int, address: str) -> None:
    """Gives the chat its new address.

    Where another conversation has that already (somebody spoke before we knew), the older one keeps what it is bound
    to and gets the new address, the younger one the old address; what waits there goes over to the older one. What is
    said to the younger one later is refused as moved, and comes here again.
    """
    found = await tx.rows(_HOLDER, address, conversation_id)
    if not found or found[0][1] == address:
        return
    other, old = found[0]
    if other is None:
        await tx.run(_ADDRESS, [(address, conversation_id)])
        return
    older, younger = min(conversation_id, other), max(conversation_id, other)
    await tx.run(_PARK, [(younger,)])
    await tx.run(_ADDRESS, [(address, older)])
    await tx.run("UPDATE conversations SET address = ? WHERE id = ?", [(old, younger)])
    await tx.run(_FORWARD, [(older, younger, older)])
