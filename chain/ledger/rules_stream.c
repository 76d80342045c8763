/* stream.*: who owns a stream, and whom its owner and admins let write. */
#include "chain/ledger/rules_stream.h"

#include "chain/base/buffer.h"
#include "chain/proof/log.h"

enum verdict stream_find_for(const struct rule *rule, const struct hash *id,
                             struct draft_stream **stream)
{
	struct shown shown;

	*stream = draft_stream(rule->draft, id);
	if (*stream)
		return VERDICT_GOOD;
	shown = shown_hash(id);
	return refuse(rule->refusal, VERDICT_UNKNOWN_REFERENCE, "there is no stream %s",
	              shown.text);
}

/* Bits of enum stream_role that an account has in a stream. */
static uint8_t roles_of(struct draft *draft, const struct hash *stream,
                        const struct hash *account)
{
	struct state_key key = state_key_of_pair(STATE_STREAM_ROLES, stream, account);
	struct stream_roles roles;
	struct bytes_view value;

	if (!draft_get(draft, &key, &value))
		return 0;
	if (stream_roles_decode(&roles, value) == STATUS_OK)
		return roles.roles;
	draft_fail(draft, STATUS_CORRUPT, "the roles of a stream");
	return 0;
}

static enum verdict refuse_role(const struct rule *rule, const struct draft_stream *stream,
                                const char *what)
{
	struct shown name = shown_text(stream->info.name);
	struct shown sender = shown_hash(&rule->tx->sender);

	return refuse(rule->refusal, VERDICT_PERMISSION, "account %s %s stream '%s'",
	              sender.text, what, name.text);
}

enum verdict stream_check_writer(const struct rule *rule, const struct draft_stream *stream)
{
	if (stream->info.write == STREAM_WRITE_OPEN ||
	    hash_equal(&stream->info.owner, &rule->tx->sender) ||
	    roles_of(rule->draft, &stream->id, &rule->tx->sender) & STREAM_ROLE_WRITER)
		return VERDICT_GOOD;
	return refuse_role(rule, stream, "is no writer of");
}

static enum verdict check_admin(const struct rule *rule, const struct draft_stream *stream)
{
	if (hash_equal(&stream->info.owner, &rule->tx->sender) ||
	    roles_of(rule->draft, &stream->id, &rule->tx->sender) & STREAM_ROLE_ADMIN)
		return VERDICT_GOOD;
	return refuse_role(rule, stream, "is neither owner nor admin of");
}

static void put_info(const struct rule *rule, const struct hash *id,
                     const struct stream_info *info)
{
	struct state_key key = state_key_of(STATE_STREAM, id);
	uint8_t *bytes = arena_take(&rule->draft->arena, stream_info_size(info));
	struct writer out = writer_on(bytes, stream_info_size(info));

	if (!bytes) {
		draft_fail(rule->draft, STATUS_MEMORY, "create a stream");
		return;
	}
	stream_info_put(&out, info);
	draft_put(rule->draft, &key, bytes_view(bytes, stream_info_size(info)));
}

static void put_empty_head(const struct rule *rule, const struct hash *id)
{
	struct state_key key = state_key_of(STATE_STREAM_HEAD, id);
	struct stream_head head = {.count = 0, .root = log_empty_root()};
	uint8_t bytes[8 + HASH_SIZE];
	struct writer out = writer_on(bytes, sizeof bytes);

	stream_head_put(&out, &head);
	draft_put(rule->draft, &key, bytes_view(bytes, sizeof bytes));
}

enum verdict rule_stream_create(const struct rule *rule,
                                const struct stream_create *operation)
{
	struct hash id = stream_id_of(operation->name);
	struct state_key key = state_key_of(STATE_STREAM, &id);
	struct shown name = shown_text(operation->name);
	struct bytes_view value;

	if (operation->read == STREAM_READ_PRIVATE)
		return refuse(rule->refusal, VERDICT_SCHEMA,
		              "stream '%s': this version of the protocol has no private streams",
		              name.text);
	if (draft_get(rule->draft, &key, &value))
		return refuse(rule->refusal, VERDICT_CONFLICT, "the name '%s' is taken",
		              name.text);
	put_info(rule, &id,
	         &(struct stream_info){
				 .name = operation->name,
				 .owner = rule->tx->sender,
				 .write = operation->write,
				 .read = operation->read,
				 .description = operation->description,
				 .schema = operation->schema,
				 .created_height = rule->draft->header.height,
				 .created_ms = rule->draft->header.time_ms,
			 });
	put_empty_head(rule, &id);
	return VERDICT_GOOD;
}

static const char *role_name(uint8_t role)
{
	return role == STREAM_ROLE_WRITER   ? "writer"
	       : role == STREAM_ROLE_READER ? "reader"
	                                    : "admin";
}

/* Grant and revoke are one rule: the bit ends up set, or cleared. */
static enum verdict change_role(const struct rule *rule, const struct hash *stream_id,
                                uint8_t role, const struct hash *account, bool grant)
{
	struct state_key key = state_key_of_pair(STATE_STREAM_ROLES, stream_id, account);
	struct draft_stream *stream;
	enum verdict verdict = stream_find_for(rule, stream_id, &stream);
	uint8_t roles;

	if (verdict == VERDICT_GOOD)
		verdict = check_admin(rule, stream);
	if (verdict != VERDICT_GOOD)
		return verdict;
	if (role == STREAM_ROLE_READER)
		return refuse(rule->refusal, VERDICT_SCHEMA,
		              "readers are of private streams, and this one is public");
	roles = roles_of(rule->draft, stream_id, account);
	if (grant == ((roles & role) != 0))
		return refuse(rule->refusal, VERDICT_CONFLICT, "account %s %s %s",
		              shown_hash(account).text, grant ? "already is" : "is no",
		              role_name(role));
	roles = (uint8_t)(grant ? roles | role : roles & ~role);
	if (roles == 0)
		draft_delete(rule->draft, &key);
	else
		draft_put(rule->draft, &key, bytes_view(&roles, 1));
	draft_add_concern(rule->draft, account);
	return VERDICT_GOOD;
}

enum verdict rule_stream_grant(const struct rule *rule,
                               const struct stream_grant *operation)
{
	return change_role(rule, &operation->stream, operation->role, &operation->account,
	                   true);
}

enum verdict rule_stream_revoke(const struct rule *rule,
                                const struct stream_revoke *operation)
{
	return change_role(rule, &operation->stream, operation->role, &operation->account,
	                   false);
}
