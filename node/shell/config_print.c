/* The configuration as text that the parser reads back. */
#include "node/shell/config_table.h"

#include <inttypes.h>
#include <stdio.h>

static void put_text(struct buffer *out, const char *text)
{
	buffer_append_text(out, "\"");
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\')
			buffer_printf(out, "\\%c", byte);
		else if (byte < 0x20 || byte == 0x7f)
			buffer_printf(out, "\\u%04x", byte);
		else
			buffer_append(out, &byte, 1);
	}
	buffer_append_text(out, "\"");
}

static void put_list(struct buffer *out, const struct config_list *list)
{
	buffer_append_text(out, "[");
	for (size_t i = 0; i < list->count; i++) {
		buffer_append_text(out, i > 0 ? ", " : "");
		put_text(out, list->items[i]);
	}
	buffer_append_text(out, "]");
}

static void put_value(struct buffer *out, const struct config *config,
                      const struct config_row *row)
{
	const void *member = (const char *)config + row->offset;

	switch (row->type) {
	case CONFIG_TYPE_text:
	case CONFIG_TYPE_address:
	case CONFIG_TYPE_levels:
	case CONFIG_TYPE_format:
		put_text(out, *(const char *const *)member);
		break;
	case CONFIG_TYPE_integer:
		buffer_printf(out, "%" PRIu64, *(const uint64_t *)member);
		break;
	case CONFIG_TYPE_flag:
		buffer_append_text(out, *(const bool *)member ? "true" : "false");
		break;
	case CONFIG_TYPE_list:
		put_list(out, member);
		break;
	}
}

static void put_origin(struct buffer *out, const struct config *config, size_t index)
{
	char name[CONFIG_ENVIRONMENT_NAME_SIZE];

	switch (config->origins[index]) {
	case CONFIG_FROM_DEFAULT:
		buffer_append_text(out, "default");
		break;
	case CONFIG_FROM_FILE:
		buffer_printf(out, "file %s:%u", config->file, config->lines[index]);
		break;
	case CONFIG_FROM_ENVIRONMENT:
		config_environment_name(name, &CONFIG_ROWS[index]);
		buffer_printf(out, "environment %s", name);
		break;
	case CONFIG_FROM_FLAG:
		buffer_append_text(out, "flag");
		break;
	}
}

/* Rows of a section stand together in the table. */
static bool opens_section(size_t index)
{
	return index == 0 ||
	       strcmp(CONFIG_ROWS[index].section, CONFIG_ROWS[index - 1].section) != 0;
}

void config_print(struct buffer *out, const struct config *config)
{
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++) {
		const struct config_row *row = &CONFIG_ROWS[i];

		if (opens_section(i))
			buffer_printf(out, "%s[%s]\n", i > 0 ? "\n" : "", row->section);
		buffer_printf(out, "%s = ", row->key);
		put_value(out, config, row);
		buffer_append_text(out, "  # ");
		put_origin(out, config, i);
		buffer_append_text(out, "\n");
	}
}

void config_print_template(struct buffer *out, const struct config *config)
{
	buffer_append_text(
	    out, "# The configuration of this node. What is commented out here is the "
	         "default.\n# A flag or CAIRN_SECTION_KEY in the environment "
	         "overrides a line.\n");
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++) {
		const struct config_row *row = &CONFIG_ROWS[i];
		bool is_default = config->origins[i] == CONFIG_FROM_DEFAULT;

		if (opens_section(i))
			buffer_printf(out, "\n[%s]\n", row->section);
		buffer_printf(out, "# %s\n%s%s = ", row->meaning, is_default ? "#" : "", row->key);
		put_value(out, config, row);
		buffer_append_text(out, "\n");
	}
}
