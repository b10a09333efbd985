/*
 * parse_plugins.c
 *		The plug-ins of a definition: what they look like, and the document with
 *		the ones that are registered.
 *
 * A registration is a row of custom_actions.plugin_step, an element of the
 * envelope's list, and an element of the key "plugins" of a document. Only the
 * document leaves out its id.
 */
#include "postgres.h"

#include "base/compat.h"
#include "definition/parse_plugins.h"
#include "definition/print.h"
#include "definition/shape.h"
#include "definition/stage.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

static const ArgumentSpec registered_keys[] = {
	{"id", ARGUMENT_VALUE, false, NULL, NULL},
	{0}
};

PG_FUNCTION_INFO_V1(custom_action_require_plugin);
PG_FUNCTION_INFO_V1(custom_action_with_plugins);

/* Reports what is wrong with a member of a plug-in. */
static bool
unsound(ProblemSink *sink, const char *location, const char *message, const char *hint)
{
	problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location, message, NULL, hint);
	return false;
}

/* Checks what an image is to hold: true, or columns. */
static bool
image_is_sound(ProblemSink *sink, const char *key, const Json *image, const char *location)
{
	if (image->kind == JSON_IS_BOOLEAN && strcmp(image->text, "true") == 0)
		return true;
	if (image->kind != JSON_IS_ARRAY || image->count == 0)
		return unsound(sink, location, psprintf("key \"%s\" must be true or an array of column names", key),
					   "Leave it out if the plug-in needs no such image.");
	for (int i = 0; i < image->count; i++)
	{
		if (image->items[i]->kind != JSON_IS_STRING || image->items[i]->text[0] == '\0')
			return unsound(sink, location, psprintf("key \"%s\" must name columns, and element %d is none",
													key, i + 1), NULL);
	}
	return true;
}

/* Can plug-ins see the row after the operation at the stage of this name? */
static bool
has_post_image(const char *name)
{
	Stage		stage = stage_find(name);

	return stage != STAGES && stage_has(stage, STAGE_HAS_POST_IMAGE);
}

/* Checks which images a plug-in asks for. */
static bool
images_are_sound(ProblemSink *sink, const Json *images, const char *stage, const char *location)
{
	bool		sound = true;

	if (images == NULL || images->kind == JSON_IS_NULL)
		return true;
	if (images->kind != JSON_IS_OBJECT || images->count == 0)
		return unsound(sink, location, "key \"images\" must be an object with \"pre\", \"post\" or both",
					   "Write for example {\"pre\": true, \"post\": [\"status\"]}.");
	for (int i = 0; i < images->count; i++)
	{
		const char *key = images->keys[i];
		char	   *below = shape_location(location, key);

		if (strcmp(key, "pre") != 0 && strcmp(key, "post") != 0)
			sound = unsound(sink, below, psprintf("unknown key \"%s\" of \"images\"", key),
							"Keys of \"images\": pre, post.");
		else if (strcmp(key, "post") == 0 && stage != NULL && !has_post_image(stage))
			sound = unsound(sink, below, psprintf("there is no post image at stage \"%s\"", stage),
							psprintf("The row after the operation is known at stage %s only.",
									 stages_with(STAGE_HAS_POST_IMAGE, "\"")));
		else if (!image_is_sound(sink, key, images->items[i], below))
			sound = false;
	}
	return sound;
}

/* Checks one plug-in; false if it is of no use. A registered one may have an id. */
static bool
plugin_is_sound(ProblemSink *sink, const Json *plugin, bool registered, const char *location)
{
	Shape		shape = {"a plug-in", NULL, {plugin_keys, registered ? registered_keys : NULL, NULL}};
	const char *function;
	bool		sound;

	if (plugin->kind != JSON_IS_OBJECT)
		return unsound(sink, location, psprintf("a plug-in must be an object, not %s", json_kind_name(plugin)),
					   "Write it as {\"stage\": ..., \"function\": ...}.");
	sound = shape_check(sink, &shape, plugin, location);
	function = parser_member_string(plugin, "function");
	if (function != NULL && function[0] == '\0')
		sound = unsound(sink, shape_location(location, "function"), "key \"function\" names no function", NULL);
	if (!images_are_sound(sink, json_get(plugin, "images"), parser_member_string(plugin, "stage"),
						  shape_location(location, "images")))
		sound = false;
	return sound;
}

/* A list of plug-ins with a null in the place of each that is of no use. */
static Json *
sound_plugins(ProblemSink *sink, const Json *plugins, bool registered)
{
	Json	   *sound = json_new_array();

	for (int i = 0; i < plugins->count; i++)
		json_append(sound, plugin_is_sound(sink, plugins->items[i], registered, psprintf("plugins.%d", i + 1)) ?
					plugins->items[i] : json_new_null());
	return sound;
}

void
definition_parse_plugins(DefinitionParser *parser)
{
	Json	   *plugins = json_get(parser->definition->json, "plugins");

	if (plugins != NULL && plugins->kind == JSON_IS_ARRAY)
		parser->definition->plugins = sound_plugins(parser->sink, plugins, false);
}

void
definition_set_plugins(Definition *definition, const Json *plugins, ProblemSink *sink)
{
	definition->plugins = plugins != NULL ? sound_plugins(sink, plugins, true) : NULL;
}

/* SQL: refuses a registration of the wrong shape. */
Datum
custom_action_require_plugin(PG_FUNCTION_ARGS)
{
	Jsonb	   *plugin = PG_GETARG_JSONB_P(1);
	ProblemSink sink = {0};

	sink.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	(void) plugin_is_sound(&sink, json_parse(JsonbToCString(NULL, &plugin->root, VARSIZE(plugin))), false, "");
	PG_RETURN_VOID();
}

/* SQL: a definition as a document that names its registrations too. */
Datum
custom_action_with_plugins(PG_FUNCTION_ARGS)
{
	Json	   *document = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Json	   *plugins = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)));

	for (int i = 0; i < plugins->count; i++)
		json_remove(plugins->items[i], "id");
	json_put(document, "plugins", plugins);
	PG_RETURN_TEXT_P(cstring_to_text(definition_print(document)));
}
