"""Subscribers are told of every Task, abort Tasks too; what they were told is cleaned by age."""

from alembic import op

revision = "0007"
down_revision = "0006"

# A Task that shows the state of its referral is told with that.
NOTE_TASK = """
CREATE FUNCTION note_task() RETURNS trigger LANGUAGE plpgsql AS $note$
BEGIN
  INSERT INTO change (of, key, version) VALUES ('task', NEW.id, NEW.version);
  RETURN NULL;
END $note$
"""


def upgrade() -> None:
    op.execute(NOTE_TASK)
    for name, event, when in (
        ("note_new_task", "INSERT", ""),
        ("note_changed_task", "UPDATE", " AND OLD.version IS DISTINCT FROM NEW.version"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON resource FOR EACH ROW"
            f" WHEN (NEW.type = 'Task' AND NOT NEW.stated{when}) EXECUTE FUNCTION note_task()"
        )
    op.execute("COMMENT ON COLUMN change.of IS 'referral, offer, service or task'")
    op.create_index("ix_notification_created", "notification", ["created_at"], unique=False)
