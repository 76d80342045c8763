#include "wallet-cli/listing.h"

#include "chain/base/memory.h"
#include "chain/base/text.h"

#include <stdlib.h>

struct pages {
	struct session *session;
	const struct listing *listing;
	struct table table;
	uint64_t left; /* items that are still wanted */
	uint64_t page_size;
	uint64_t item_count; /* printed */
	json_t *next;        /* the cursor; NULL: nothing follows */
};

/* -- Cells -------------------------------------------------------------------------- */

void listing_add_text(struct table *table, const json_t *item, const char *name)
{
	const json_t *value = json_object_get(item, name);

	if (json_is_string(value))
		table_add(table, bytes_view(json_string_value(value), json_string_length(value)));
	else
		table_add_text(table, "-");
}

void listing_add_count(struct table *table, const json_t *item, const char *name)
{
	const json_t *value = json_object_get(item, name);

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		table_add_count(table, (uint64_t)json_integer_value(value));
	else
		table_add_text(table, "-");
}

void listing_add_time(struct table *table, const json_t *item, const char *name)
{
	const json_t *value = json_object_get(item, name);

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		table_add_time(table, (uint64_t)json_integer_value(value));
	else
		table_add_text(table, "-");
}

void listing_add_base64(struct table *table, const json_t *item, const char *name)
{
	const json_t *value = json_object_get(item, name);
	size_t size = json_string_length(value);
	uint8_t *bytes =
		json_is_string(value) ? memory_new(base64_decoded_size_max(size) + 1) : NULL;

	if (bytes && base64_decode(bytes, &size, bytes_view(json_string_value(value), size)))
		table_add(table, bytes_view(bytes, size));
	else
		table_add_text(table, "-");
	memory_free(bytes);
}

/* -- Pages -------------------------------------------------------------------------- */

static enum exit_code print_json_items(struct pages *pages, const json_t *items)
{
	struct output *output = &pages->session->output;

	/* Only now: an error at the first page leaves nothing half written. */
	if (pages->item_count == 0)
		fputs("{\"items\": [", output->out);
	output->has_json = true;
	for (size_t i = 0; i < json_array_size(items); i++) {
		char *text =
			json_dumps(json_array_get(items, i), JSON_COMPACT | JSON_ENSURE_ASCII);

		if (!text)
			return session_no_memory(pages->session);
		fprintf(output->out, "%s\n  %s", pages->item_count++ > 0 ? "," : "", text);
		free(text);
	}
	return EXIT_CODE_OK;
}

static enum exit_code print_items(struct pages *pages, const json_t *items)
{
	if (pages->session->output.is_json)
		return print_json_items(pages, items);
	for (size_t i = 0; i < json_array_size(items); i++)
		pages->listing->add_row(&pages->table, json_array_get(items, i));
	pages->item_count += json_array_size(items);
	return session_show_table(pages->session, &pages->table);
}

static enum exit_code take_page(struct pages *pages, const json_t *page)
{
	const json_t *items = json_object_get(page, "items");
	json_t *next = json_object_get(page, "next");
	size_t count = json_array_size(items);
	enum exit_code exit_code;

	if (!json_is_array(items) || count > pages->page_size)
		return failure_set(&pages->session->failure, EXIT_CODE_UNREACHABLE,
		                   "the node answered %s with something that is no list",
		                   pages->listing->method);
	exit_code = print_items(pages, items);
	json_decref(pages->next);
	/* A page without items would lead nowhere, for ever. */
	pages->next = json_is_string(next) && count > 0 ? json_incref(next) : NULL;
	pages->left -= count;
	return exit_code;
}

static enum exit_code ask_page(struct pages *pages, json_t *params)
{
	struct session *session = pages->session;
	json_t *page = NULL;
	enum exit_code exit_code;

	do {
		uint64_t limit = pages->left < pages->page_size ? pages->left : pages->page_size;

		if ((pages->next && json_object_set(params, "cursor", pages->next) != 0) ||
		    json_object_set_new(params, "limit", json_integer((json_int_t)limit)) != 0)
			return session_no_memory(session);
		exit_code =
			session_call(session, &page, pages->listing->method, json_incref(params));
		/* Large items: fewer of them fit into an answer. */
		if (exit_code != EXIT_CODE_OK && session->failure.rpc_code == RPC_LIMIT_EXCEEDED)
			pages->page_size /= 2;
		else
			break;
	} while (pages->page_size > 0);
	if (exit_code == EXIT_CODE_OK)
		exit_code = take_page(pages, page);
	json_decref(page);
	return exit_code;
}

static enum exit_code run_pages(struct pages *pages, json_t *params)
{
	struct output *output = &pages->session->output;
	enum exit_code exit_code = EXIT_CODE_OK;
	char *next;

	do {
		exit_code = ask_page(pages, params);
	} while (exit_code == EXIT_CODE_OK && pages->next && pages->left > 0 &&
	         !ferror(output->out));
	if (exit_code != EXIT_CODE_OK || !output->is_json)
		return exit_code;
	next =
		pages->next ? json_dumps(pages->next, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
	fprintf(output->out, "%s],\n \"next\": %s}\n", pages->item_count > 0 ? "\n " : "",
	        next ? next : "null");
	free(next);
	return EXIT_CODE_OK;
}

enum exit_code listing_run(struct session *session, const struct listing *listing)
{
	const char *cursor = session_option(session, OPTION_cursor);
	struct pages pages = {
		.session = session,
		.listing = listing,
		.page_size = CLIENT_PAGE,
	};
	json_t *params = listing->params;
	enum exit_code exit_code =
		arguments_number(&pages.left, &session->arguments, OPTION_limit, 1, INT64_MAX,
	                     INT64_MAX, &session->failure);

	if (exit_code == EXIT_CODE_OK && !params)
		exit_code = session_no_memory(session);
	if (exit_code == EXIT_CODE_OK && cursor) {
		pages.next = json_string(cursor);
		if (!pages.next)
			exit_code = failure_set(&session->failure, EXIT_CODE_USAGE,
			                        "--cursor is what an earlier list gave as \"next\"");
	}
	table_init(&pages.table, listing->columns, listing->column_count);
	if (exit_code == EXIT_CODE_OK)
		exit_code = run_pages(&pages, params);
	table_close(&pages.table);
	json_decref(pages.next);
	json_decref(params);
	return exit_code;
}
