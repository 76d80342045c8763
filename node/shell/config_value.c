/* One value: from text or TOML, through the checks of its row, into the configuration. */
#include "node/shell/config_table.h"

#include "chain/base/invariant.h"
#include "chain/base/text.h"
#include "node/shell/endpoint.h"
#include "node/shell/logger.h"
#include "node/shell/toml.h"

#include <inttypes.h>
#include <stdio.h>

const struct config_row CONFIG_ROWS[CONFIG_FIELD_COUNT] = {
#define CONFIG_ROW(type, section, key, preset, low, high, meaning) \
	{#section "." #key,                                            \
	 #section,                                                     \
	 #key,                                                         \
	 CONFIG_TYPE_##type,                                           \
	 preset,                                                       \
	 low,                                                          \
	 high,                                                         \
	 meaning,                                                      \
	 offsetof(struct config, section##_##key)},
    CONFIG_FIELDS(CONFIG_ROW)
#undef CONFIG_ROW
};

/* What a value is for a row, before it is stored. Borrowed. */
struct draft {
	struct bytes_view text;
	uint64_t integer;
	bool flag;
	const struct bytes_view *items;
	size_t item_count;
};

/* -- Checks -------------------------------------------------------------------------- */

static enum status refuse(const struct config_row *row, const struct config_place *place,
                          const char *what, struct why *why)
{
	INVARIANT(place->origin != CONFIG_FROM_DEFAULT);
	switch (place->origin) {
	case CONFIG_FROM_FILE:
		return why_say(why, STATUS_MALFORMED, "%s:%u: %s: %s", place->name, place->line,
		               row->name, what);
	case CONFIG_FROM_ENVIRONMENT:
	case CONFIG_FROM_FLAG:
		return why_say(why, STATUS_MALFORMED, "%s: %s: %s", place->name, row->name, what);
	case CONFIG_FROM_DEFAULT:
		break;
	}
	return STATUS_MALFORMED;
}

/* NULL: a text of this type may be so. */
static const char *judge_text(const struct config_row *row, struct bytes_view text)
{
	struct log_levels levels;
	struct endpoint endpoint;
	enum log_format format;

	if (text.size > 0 && (memchr(text.at, 0, text.size) || !utf8_is_valid(text)))
		return "must be UTF-8";
	if (row->type == CONFIG_TYPE_address && text.size > 0)
		return endpoint_parse(&endpoint, text);
	if (row->type == CONFIG_TYPE_levels)
		return log_levels_parse(&levels, text);
	if (row->type == CONFIG_TYPE_format && !log_format_parse(&format, text))
		return "must be logfmt or json";
	return NULL;
}

static const char *judge(const struct config_row *row, const struct draft *draft)
{
	const char *what = NULL;

	switch (row->type) {
	case CONFIG_TYPE_text:
	case CONFIG_TYPE_address:
	case CONFIG_TYPE_levels:
	case CONFIG_TYPE_format:
		return judge_text(row, draft->text);
	case CONFIG_TYPE_integer:
	case CONFIG_TYPE_flag:
		break;
	case CONFIG_TYPE_list:
		for (size_t i = 0; i < draft->item_count && !what; i++) {
			what = judge_text(row, draft->items[i]);
			if (draft->items[i].size == 0)
				what = "must not have an empty item";
		}
		break;
	}
	return what;
}

static enum status check_bounds(const struct config_row *row, const struct draft *draft,
                                const struct config_place *place, struct why *why)
{
	uint64_t measure = 0;
	const char *unit = "";
	char what[96];

	switch (row->type) {
	case CONFIG_TYPE_text:
	case CONFIG_TYPE_address:
	case CONFIG_TYPE_levels:
	case CONFIG_TYPE_format:
		measure = draft->text.size;
		unit = " bytes";
		break;
	case CONFIG_TYPE_integer:
		measure = draft->integer;
		break;
	case CONFIG_TYPE_flag:
		return STATUS_OK;
	case CONFIG_TYPE_list:
		measure = draft->item_count;
		unit = " items";
		break;
	}
	if (measure >= row->low && measure <= row->high)
		return STATUS_OK;
	snprintf(what, sizeof what, "is %" PRIu64 "%s and must be %" PRIu64 "..%" PRIu64,
	         measure, unit, row->low, row->high);
	return refuse(row, place, what, why);
}

/* -- Storing ------------------------------------------------------------------------- */

static char *copy_text(struct config *config, struct bytes_view text)
{
	char *copy = arena_take(&config->arena, text.size + 1);

	if (copy && text.size > 0)
		memcpy(copy, text.at, text.size);
	return copy;
}

static bool copy_list(struct config *config, struct config_list *list,
                      const struct draft *draft)
{
	char **items = arena_take(&config->arena, draft->item_count * sizeof *items);

	for (size_t i = 0; items && i < draft->item_count; i++) {
		items[i] = copy_text(config, draft->items[i]);
		if (!items[i])
			return false;
	}
	list->items = items;
	list->count = draft->item_count;
	return items != NULL;
}

static bool copy_into(struct config *config, const struct config_row *row,
                      const struct draft *draft)
{
	void *member = (char *)config + row->offset;
	const char *text;

	switch (row->type) {
	case CONFIG_TYPE_text:
	case CONFIG_TYPE_address:
	case CONFIG_TYPE_levels:
	case CONFIG_TYPE_format:
		text = copy_text(config, draft->text);
		*(const char **)member = text;
		return text != NULL;
	case CONFIG_TYPE_integer:
		*(uint64_t *)member = draft->integer;
		return true;
	case CONFIG_TYPE_flag:
		*(bool *)member = draft->flag;
		return true;
	case CONFIG_TYPE_list:
		return copy_list(config, member, draft);
	}
	return false;
}

/* A value that a stronger one hides is checked all the same: a mistake in the file should
 * not wait for the day the flag goes away. */
static enum status store(struct config *config, const struct config_row *row,
                         const struct draft *draft, const struct config_place *place,
                         struct why *why)
{
	size_t index = (size_t)(row - CONFIG_ROWS);
	const char *what = judge(row, draft);
	enum status status;

	if (what)
		return refuse(row, place, what, why);
	status = check_bounds(row, draft, place, why);
	if (status != STATUS_OK || place->origin < config->origins[index])
		return status;
	if (!copy_into(config, row, draft))
		return why_set(why, STATUS_MEMORY, "configuration");
	config->origins[index] = place->origin;
	config->lines[index] = place->line;
	return STATUS_OK;
}

enum status config_store_text(struct config *config, const struct config_row *row,
                              struct bytes_view text, const struct config_place *place,
                              struct why *why)
{
	struct bytes_view items[CONFIG_LIST_MAX];
	struct draft draft = {.text = text, .items = items};
	size_t start = 0;

	if (row->type == CONFIG_TYPE_integer && !decimal_decode(&draft.integer, text))
		return refuse(row, place, "must be a number: 0, 1, 2 ...", why);
	if (row->type == CONFIG_TYPE_flag) {
		draft.flag = bytes_equal(text, text_view("true"));
		if (!draft.flag && !bytes_equal(text, text_view("false")))
			return refuse(row, place, "must be true or false", why);
	}
	if (row->type != CONFIG_TYPE_list || text.size == 0)
		return store(config, row, &draft, place, why);
	for (size_t i = 0; i <= text.size; i++) {
		if (i < text.size && text.at[i] != ',')
			continue;
		if (draft.item_count == CONFIG_LIST_MAX)
			return refuse(row, place, "must not have so many items", why);
		items[draft.item_count++] = bytes_view(text.at + start, i - start);
		start = i + 1;
	}
	return store(config, row, &draft, place, why);
}

enum status config_store_toml(struct config *config, const struct config_row *row,
                              const struct toml_value *value,
                              const struct config_place *place, struct why *why)
{
	struct draft draft = {
	    .text = value->text,
	    .integer = (uint64_t)value->integer,
	    .flag = value->flag,
	    .items = value->items,
	    .item_count = value->item_count,
	};

	switch (row->type) {
	case CONFIG_TYPE_text:
	case CONFIG_TYPE_address:
	case CONFIG_TYPE_levels:
	case CONFIG_TYPE_format:
		if (value->kind != TOML_TEXT)
			return refuse(row, place, "must be a text: put it in double quotes", why);
		break;
	case CONFIG_TYPE_integer:
		if (value->kind != TOML_INTEGER || value->integer < 0)
			return refuse(row, place, "must be a number without quotes: 0, 1, 2 ...",
			              why);
		break;
	case CONFIG_TYPE_flag:
		if (value->kind != TOML_FLAG)
			return refuse(row, place, "must be true or false, without quotes", why);
		break;
	case CONFIG_TYPE_list:
		if (value->kind != TOML_LIST)
			return refuse(row, place, "must be a list: [\"one\", \"two\"]", why);
		break;
	}
	return store(config, row, &draft, place, why);
}
