/* The table of config.h as rows, for the files that read, check and print it. */
#ifndef NODE_SHELL_CONFIG_TABLE_H
#define NODE_SHELL_CONFIG_TABLE_H

#include "node/shell/config.h"

enum config_type {
	CONFIG_TYPE_text,
	CONFIG_TYPE_address,
	CONFIG_TYPE_levels,
	CONFIG_TYPE_format,
	CONFIG_TYPE_integer,
	CONFIG_TYPE_flag,
	CONFIG_TYPE_list,
};

struct config_row {
	const char *name; /* section.key */
	const char *section;
	const char *key;
	enum config_type type;
	const char *preset; /* the default, as behind --set */
	uint64_t low;
	uint64_t high;
	const char *meaning;
	size_t offset; /* of the member of struct config */
};

extern const struct config_row CONFIG_ROWS[CONFIG_FIELD_COUNT];

enum { CONFIG_ENVIRONMENT_NAME_SIZE = 64 };

/* CAIRN_SECTION_KEY of a row. */
void config_environment_name(char name[CONFIG_ENVIRONMENT_NAME_SIZE],
                             const struct config_row *row);

/* Where a value stands, for messages. */
struct config_place {
	enum config_origin origin;
	const char *name; /* of the file, the variable or the flag; NULL for a default */
	unsigned line;    /* in the file */
};

/* Check a value against its row, copy it and store it, unless a stronger origin has
 * spoken. The first is for text of a flag, a variable or a default; the second for what
 * TOML says. */
MUST_CHECK enum status config_store_text(struct config *config,
                                         const struct config_row *row,
                                         struct bytes_view text,
                                         const struct config_place *place,
                                         struct why *why);

struct toml_value;
MUST_CHECK enum status config_store_toml(struct config *config,
                                         const struct config_row *row,
                                         const struct toml_value *value,
                                         const struct config_place *place,
                                         struct why *why);

#endif
