/* A configuration file from anybody: parsed, and if it parses, taken as the node's. */
#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "node/shell/config.h"
#include "node/shell/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_text(struct bytes_view text)
{
	INVARIANT(utf8_is_valid(text));
	INVARIANT(text.size == 0 || !memchr(text.at, 0, text.size));
}

static void check_entry(const struct toml_entry *entry)
{
	INVARIANT(entry->key.size > 0);
	INVARIANT(entry->line > 0);
	check_text(entry->section);
	check_text(entry->key);
	check_text(entry->value.text);
	INVARIANT(entry->value.item_count <= CONFIG_LIST_MAX);
	for (size_t i = 0; i < entry->value.item_count; i++)
		check_text(entry->value.items[i]);
}

static void check_config(struct bytes_view text)
{
	struct config config;
	struct buffer out;
	struct why why;

	buffer_init(&out, 16 << 20);
	if (config_init(&config, &why) == STATUS_OK &&
	    config_read_file(&config, "file", text, &why) == STATUS_OK) {
		config_print(&out, &config);
		INVARIANT(out.status == STATUS_OK);
		/* What we print is a configuration too. */
		INVARIANT(out.size > CONFIG_SIZE_MAX ||
		          config_read_file(&config, "printed", buffer_view(&out), &why) ==
		              STATUS_OK);
	}
	buffer_close(&out);
	config_close(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct bytes_view text = bytes_view(bytes, size);
	struct toml_error error;
	struct toml toml;
	size_t count = 0;

	if (toml_parse(&toml, text, &error) == STATUS_OK) {
		for (const struct toml_entry *entry = toml.first; entry; entry = entry->next) {
			check_entry(entry);
			count++;
		}
		INVARIANT(count == toml.entry_count && count <= CONFIG_ENTRIES_MAX);
		toml_close(&toml);
		check_config(text);
	} else {
		INVARIANT(error.line > 0 && error.column > 0 && error.what);
		INVARIANT(!toml.first && !toml.arena.newest);
	}
	return 0;
}
