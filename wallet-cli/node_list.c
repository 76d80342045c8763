#include "wallet-cli/node_list.h"

#include "chain/base/text.h"
#include "wallet-cli/listing.h"
#include "wallet-cli/session_wallet.h"
#include "wallet-cli/writing.h"

#include <string.h>

static enum exit_code read_node_id(struct session *session, struct node_id *id)
{
	const char *text = session_word(session, 0);

	if (hex_decode(id->bytes, sizeof id->bytes, text_view(text)) && node_id_is_valid(id))
		return EXIT_CODE_OK;
	failure_set(&session->failure, EXIT_CODE_USAGE, "'%.80s' is no node id", text);
	return failure_hint(&session->failure,
	                    "it has 66 hex digits, as 'cairnd id' beside the node prints them");
}

/* Whose node it is: the account that was named, or the one that acts. */
static enum exit_code read_owner(struct session *session, const struct writing *writing,
                                 struct optional_hash *account)
{
	const char *text = session_word(session, 1);

	*account = (struct optional_hash){true, writing->sender};
	return text ? session_account_id(session, &account->value, text) : EXIT_CODE_OK;
}

enum exit_code node_list_admit(struct session *session)
{
	struct operation operation = {.kind = OPERATION_node_set};
	struct node_set *node = &operation.node_set;
	struct writing writing;
	enum exit_code exit_code = read_node_id(session, &node->node_id);

	if (exit_code == EXIT_CODE_OK)
		exit_code = arguments_number(&node->from_height, &session->arguments, OPTION_from,
		                             0, INT64_MAX, 0, &session->failure);
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_begin(&writing, session);
	if (exit_code == EXIT_CODE_OK)
		exit_code = read_owner(session, &writing, &node->account);
	if (exit_code == EXIT_CODE_OK)
		exit_code = writing_send(&writing, session, &operation, 1);
	return exit_code;
}

enum exit_code node_list_remove(struct session *session)
{
	struct operation operation = {.kind = OPERATION_node_set};
	enum exit_code exit_code = read_node_id(session, &operation.node_set.node_id);

	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	if (!output_confirm(&session->output,
	                    "Remove it? In a permissioned network it is disconnected at once.",
	                    true))
		return failure_set(&session->failure, EXIT_CODE_FAILURE, "no node was removed");
	return writing_run(session, &operation);
}

static void add_node(struct table *table, const json_t *item)
{
	listing_add_text(table, item, "node_id");
	listing_add_text(table, item, "account");
	listing_add_count(table, item, "from_height");
}

enum exit_code node_list_show(struct session *session)
{
	static const struct table_column columns[] = {
		{.title = "NODE ID", .cut = TABLE_MIDDLE, .is_id = true},
		{.title = "ACCOUNT", .cut = TABLE_MIDDLE},
		{.title = "FROM BLOCK", .is_right = true},
	};
	struct listing listing = {
		.method = "chain.list_nodes",
		.params = json_object(),
		.columns = columns,
		.column_count = 3,
		.add_row = add_node,
	};
	enum exit_code exit_code = listing.params ? session_add_at(session, listing.params)
	                                          : session_no_memory(session);

	if (exit_code == EXIT_CODE_OK)
		return listing_run(session, &listing);
	json_decref(listing.params);
	return exit_code;
}
