/* Where values come from: flags, environment, file. What becomes of one is in
 * config_value.c. */
#include "node/shell/config.h"

#include "node/shell/config_table.h"
#include "node/shell/file.h"
#include "node/shell/toml.h"
#include "rpc/api/nearest.h"

#include <stdio.h>

#define FILE_NAME          "cairn.toml"
#define ENVIRONMENT_PREFIX "CAIRN_"

/* Names in our part of the environment that are not the node's configuration. */
static const char *const OTHERS_VARIABLES[] = {
    "CAIRN_SOURCE_DIR", /* the tests' own: where the sources lie */
    "CAIRN_BIN_DIR",    /* and where the programs under test lie */
};

/* Flags for what is said most often. */
static const struct {
	const char *flag;
	const char *name; /* of the row; NULL: the flag means something of its own */
} FLAGS[] = {
    {"--config", NULL},
    {"--set", NULL},
    {"--data-dir", "node.data_dir"},
    {"--log-level", "node.log_level"},
    {"--log-format", "node.log_format"},
    {"--rpc-listen", "rpc.listen"},
    {"--p2p-listen", "p2p.listen"},
};

enum {
	FLAG_COUNT = sizeof FLAGS / sizeof *FLAGS,
	NAME_SHOWN_SIZE = 128, /* longer than any name of ours */
};

/* -- Rows ---------------------------------------------------------------------------- */

void config_environment_name(char name[CONFIG_ENVIRONMENT_NAME_SIZE],
                             const struct config_row *row)
{
	snprintf(name, CONFIG_ENVIRONMENT_NAME_SIZE, ENVIRONMENT_PREFIX "%s", row->name);
	for (char *at = name; *at; at++) {
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
		else if (*at == '.')
			*at = '_';
	}
}

static const struct config_row *find_row(const char *name)
{
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++)
		if (strcmp(name, CONFIG_ROWS[i].name) == 0)
			return &CONFIG_ROWS[i];
	return NULL;
}

enum { HINT_SIZE = 128 };

/* "; did you mean x?", or nothing when no name was near. */
static void put_hint(char hint[HINT_SIZE], const struct nearest *nearest)
{
	const char *word = nearest_word(nearest);

	snprintf(hint, HINT_SIZE, "%s%s%s", word ? "; did you mean " : "", word ? word : "",
	         word ? "?" : "");
}

static void hint_at_row(char hint[HINT_SIZE], const char *typed)
{
	struct nearest nearest = nearest_to(typed);

	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++)
		nearest_offer(&nearest, CONFIG_ROWS[i].name);
	put_hint(hint, &nearest);
}

/* What stands before '=', cut to what a message shows. */
static void copy_name(char name[NAME_SHOWN_SIZE], const char *assignment)
{
	snprintf(name, NAME_SHOWN_SIZE, "%.*s", (int)strcspn(assignment, "="), assignment);
}

/* -- The file ------------------------------------------------------------------------ */

static enum status read_entry(struct config *config, const char *file,
                              const struct toml_entry *entry, struct why *why)
{
	struct config_place place = {CONFIG_FROM_FILE, file, entry->line};
	const struct config_row *row;
	char name[NAME_SHOWN_SIZE], hint[HINT_SIZE];

	snprintf(name, sizeof name, "%.*s%s%.*s", (int)entry->section.size,
	         (const char *)entry->section.at, entry->section.size > 0 ? "." : "",
	         (int)entry->key.size, (const char *)entry->key.at);
	row = find_row(name);
	if (row)
		return config_store_toml(config, row, &entry->value, &place, why);
	hint_at_row(hint, name);
	return why_say(why, STATUS_MALFORMED, "%s:%u: there is no key %s%s", file,
	               entry->line, name, hint);
}

enum status config_read_file(struct config *config, const char *name,
                             struct bytes_view text, struct why *why)
{
	enum status status;
	struct toml_error error;
	struct toml toml;

	status = toml_parse(&toml, text, &error);
	if (status != STATUS_OK)
		return why_say(why, status, "%s:%u:%u: %s", name, error.line, error.column,
		               error.what);
	for (const struct toml_entry *entry = toml.first; entry && status == STATUS_OK;
	     entry = entry->next)
		status = read_entry(config, name, entry, why);
	toml_close(&toml);
	config->file = name;
	return status;
}

/* -- The environment ----------------------------------------------------------------- */

static enum status read_variable(struct config *config, const char *variable,
                                 struct why *why)
{
	char known[CONFIG_FIELD_COUNT][CONFIG_ENVIRONMENT_NAME_SIZE];
	char name[NAME_SHOWN_SIZE], hint[HINT_SIZE];
	const char *sign = strchr(variable, '=');
	struct nearest nearest;

	if (!sign)
		return STATUS_OK;
	copy_name(name, variable);
	for (size_t i = 0; i < sizeof OTHERS_VARIABLES / sizeof *OTHERS_VARIABLES; i++)
		if (strcmp(name, OTHERS_VARIABLES[i]) == 0)
			return STATUS_OK;
	nearest = nearest_to(name);
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++) {
		struct config_place place = {CONFIG_FROM_ENVIRONMENT, known[i], 0};

		config_environment_name(known[i], &CONFIG_ROWS[i]);
		nearest_offer(&nearest, known[i]);
		if (strcmp(name, known[i]) == 0)
			return config_store_text(config, &CONFIG_ROWS[i], text_view(sign + 1), &place,
			                         why);
	}
	put_hint(hint, &nearest);
	return why_say(why, STATUS_MALFORMED,
	               "there is no setting for the environment variable %s%s", name, hint);
}

enum status config_read_environment(struct config *config, char *const *environment,
                                    struct why *why)
{
	for (; *environment; environment++) {
		enum status status = STATUS_OK;

		if (strncmp(*environment, ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) == 0)
			status = read_variable(config, *environment, why);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* -- Flags --------------------------------------------------------------------------- */

enum status config_set(struct config *config, const char *assignment, struct why *why)
{
	struct config_place place = {CONFIG_FROM_FLAG, "--set", 0};
	const char *sign = strchr(assignment, '=');
	char name[NAME_SHOWN_SIZE], hint[HINT_SIZE];
	const struct config_row *row;

	copy_name(name, assignment);
	if (!sign)
		return why_say(why, STATUS_MALFORMED, "--set %s: write --set section.key=value",
		               name);
	row = find_row(name);
	if (row)
		return config_store_text(config, row, text_view(sign + 1), &place, why);
	hint_at_row(hint, name);
	return why_say(why, STATUS_MALFORMED, "--set: there is no key %s%s", name, hint);
}

static enum status refuse_argument(const char *argument, struct why *why)
{
	char name[NAME_SHOWN_SIZE], hint[HINT_SIZE];
	struct nearest nearest;

	copy_name(name, argument);
	nearest = nearest_to(name);
	for (size_t i = 0; i < FLAG_COUNT; i++)
		nearest_offer(&nearest, FLAGS[i].flag);
	put_hint(hint, &nearest);
	return why_say(why, STATUS_MALFORMED, "there is no flag %s%s", name, hint);
}

/* The index in FLAGS and the value of the flag at *at, which moves behind both.
 * FLAG_COUNT: no such flag. A missing value is NULL. */
static size_t take_flag(int argument_count, char *const *arguments, int *at,
                        const char **value)
{
	const char *argument = arguments[(*at)++];
	size_t size = strcspn(argument, "=");
	size_t found = FLAG_COUNT;

	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (strlen(FLAGS[i].flag) == size && memcmp(FLAGS[i].flag, argument, size) == 0)
			found = i;
	*value = NULL;
	if (argument[size] == '=')
		*value = argument + size + 1;
	else if (found < FLAG_COUNT && *at < argument_count)
		*value = arguments[(*at)++];
	return found;
}

enum status config_check_flags(int argument_count, char *const *arguments,
                               struct why *why)
{
	for (int at = 0; at < argument_count;) {
		const char *argument = arguments[at];
		const char *value;
		size_t i = take_flag(argument_count, arguments, &at, &value);

		if (i == FLAG_COUNT)
			return refuse_argument(argument, why);
		if (!value)
			return why_say(why, STATUS_MALFORMED, "%s wants a value", FLAGS[i].flag);
	}
	return STATUS_OK;
}

static enum status read_flags(struct config *config, int argument_count,
                              char *const *arguments, const char **file, struct why *why)
{
	enum status status = config_check_flags(argument_count, arguments, why);

	for (int at = 0; at < argument_count && status == STATUS_OK;) {
		const char *value;
		size_t i = take_flag(argument_count, arguments, &at, &value);
		struct config_place place = {CONFIG_FROM_FLAG, FLAGS[i].flag, 0};

		if (FLAGS[i].name)
			status = config_store_text(config, find_row(FLAGS[i].name), text_view(value),
			                           &place, why);
		else if (strcmp(FLAGS[i].flag, "--set") == 0)
			status = config_set(config, value, why);
		else
			*file = value;
	}
	return status;
}

/* -- All of it ----------------------------------------------------------------------- */

enum status config_init(struct config *config, struct why *why)
{
	struct config_place place = {CONFIG_FROM_DEFAULT, NULL, 0};

	*config = (struct config){0};
	for (size_t i = 0; i < CONFIG_FIELD_COUNT; i++) {
		const struct config_row *row = &CONFIG_ROWS[i];
		enum status status =
		    config_store_text(config, row, text_view(row->preset), &place, why);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status config_data_dir(char path[DATA_DIR_PATH_SIZE], const struct config *config,
                            struct why *why)
{
	if (config->node_data_dir[0] == '\0')
		return data_dir_default(path, NETWORK_NAME_DEFAULT, why);
	snprintf(path, DATA_DIR_PATH_SIZE, "%s", config->node_data_dir);
	return STATUS_OK;
}

void config_close(struct config *config)
{
	arena_close(&config->arena);
	*config = (struct config){0};
}

static enum status load_file(struct config *config, const char *path, bool must_exist,
                             struct why *why)
{
	const char *name = arena_copy(&config->arena, path, strlen(path) + 1);
	struct buffer text;
	enum status status;

	if (!name)
		return why_set(why, STATUS_MEMORY, "configuration");
	buffer_init(&text, CONFIG_SIZE_MAX);
	status = file_read(&text, path, why);
	if (status == STATUS_OK)
		status = config_read_file(config, name, buffer_view(&text), why);
	else if (status == STATUS_NOT_FOUND && !must_exist)
		status = STATUS_OK;
	buffer_close(&text);
	return status;
}

static enum status load(struct config *config, int argument_count, char *const *arguments,
                        char *const *environment, struct why *why)
{
	char data_dir[DATA_DIR_PATH_SIZE], path[DATA_PATH_SIZE];
	const char *file = NULL;
	enum status status = config_init(config, why);

	if (status == STATUS_OK)
		status = read_flags(config, argument_count, arguments, &file, why);
	if (status == STATUS_OK)
		status = config_read_environment(config, environment, why);
	if (status != STATUS_OK)
		return status;
	if (file)
		return load_file(config, file, true, why);
	/* Where there is no default either, nobody can run; config_data_dir says so. */
	if (config_data_dir(data_dir, config, NULL) != STATUS_OK)
		return STATUS_OK;
	snprintf(path, sizeof path, "%s/" FILE_NAME, data_dir);
	return load_file(config, path, false, why);
}

enum status config_read_again(struct config *fresh, const struct config *loaded,
                              struct why *why)
{
	enum status status = config_init(fresh, why);

	if (status == STATUS_OK && loaded->file)
		status = load_file(fresh, loaded->file, false, why);
	if (status != STATUS_OK)
		config_close(fresh);
	return status;
}

enum status config_load(struct config *config, int argument_count, char *const *arguments,
                        char *const *environment, struct why *why)
{
	enum status status = load(config, argument_count, arguments, environment, why);

	if (status != STATUS_OK)
		config_close(config);
	return status;
}
