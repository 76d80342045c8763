/* cairn help */
#include "rpc/api/method.h"
#include "wallet-cli/help.h"
#include "wallet-cli/session.h"

#include <string.h>

static enum exit_code help_about(struct buffer *text, const char *noun, const char *verb)
{
	const struct command *command = command_of(noun, verb);
	const struct rpc_method *method = verb ? rpc_method_find(verb) : NULL;

	if (strcmp(noun, "options") == 0) {
		help_global_options(text);
		return EXIT_CODE_OK;
	}
	if (strcmp(noun, "rpc") == 0 && method) {
		help_method(text, method);
		return EXIT_CODE_OK;
	}
	if (strcmp(noun, "rpc") == 0) {
		help_command(text, command);
		buffer_append_text(text, "\n");
		help_methods(text);
		return EXIT_CODE_OK;
	}
	if (command) {
		help_command(text, command);
		return EXIT_CODE_OK;
	}
	for (size_t i = 0; !verb && i < NOUN_COUNT; i++) {
		struct command_noun group = command_noun_at(i);

		if (strcmp(group.name, noun) != 0)
			continue;
		help_noun(text, &group);
		return EXIT_CODE_OK;
	}
	if (verb && command_method(noun, verb)) {
		help_method(text, command_method(noun, verb));
		return EXIT_CODE_OK;
	}
	return EXIT_CODE_USAGE;
}

/* The sentence for what has no help is the one for what is no command. */
static enum exit_code no_help(struct session *session)
{
	const struct command *command;
	struct arguments asked = {0};
	size_t used;
	enum exit_code exit_code;

	asked.words = session->arguments.words + session->words_used;
	asked.word_count = session_word_count(session);
	exit_code = command_find(&command, &used, &asked, &session->failure);
	if (exit_code != EXIT_CODE_OK)
		return exit_code;
	return failure_set(&session->failure, EXIT_CODE_USAGE, "there is no help for this");
}

static enum exit_code print_help(struct session *session, struct buffer *text)
{
	const char *shell = session_option(session, OPTION_completion);

	if (shell && strcmp(shell, "bash") != 0)
		return failure_set(&session->failure, EXIT_CODE_USAGE,
		                   "--completion knows bash, not '%.40s'", shell);
	if (shell)
		help_completion_bash(text);
	else if (session_has(session, OPTION_man))
		help_man_page(text);
	else if (session_word_count(session) == 0)
		help_overview(text);
	else if (help_about(text, session_word(session, 0), session_word(session, 1)) !=
	         EXIT_CODE_OK)
		return no_help(session);
	return EXIT_CODE_OK;
}

static enum exit_code run_help(struct session *session)
{
	struct buffer text;
	enum exit_code exit_code;

	buffer_init(&text, 1 << 20);
	exit_code = print_help(session, &text);
	if (exit_code == EXIT_CODE_OK)
		exit_code = session_status(session, text.status, NULL);
	if (exit_code == EXIT_CODE_OK)
		output_bytes(&session->output, buffer_view(&text));
	buffer_close(&text);
	return exit_code;
}

const struct command commands_help[] = {
	{
		.noun = "help",
		.words = "[NOUN [VERB]]",
		.word_count_max = 2,
		.summary = "Explain a command, a method or the options of every command",
		.details = "'cairn help --man' prints the manual page, 'cairn help --completion "
				   "bash' what bash needs to complete commands.",
		.examples = "cairn help record add\n"
					"cairn help rpc stream.get_latest\n"
					"source <(cairn help --completion bash)",
		.option_count = 2,
		.options = {OPTION_man, OPTION_completion},
		.run = run_help,
	},
};
COMMANDS_COUNTED(help);
