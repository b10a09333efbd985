/*
 * diagram_label.c
 *		Texts as they fit into a picture: cut, and in lines.
 *
 * Characters are counted in the encoding of the database. Lines are made here,
 * not by the program that draws: what is drawn is then the same everywhere.
 */
#include "postgres.h"

#include "document/diagram_label.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#define ELLIPSIS	"..."

/* Is it a blank in a label? Its bytes stand for themselves in all server encodings. */
static bool
is_blank(char c)
{
	return (unsigned char) c <= ' ' || c == 0x7f;
}

/* How many bytes the next word has, and how many characters. */
static int
length_of_word(const char *word, int *characters)
{
	int			length = 0;

	*characters = 0;
	while (word[length] != '\0' && !is_blank(word[length]))
	{
		length += pg_mblen(word + length);
		(*characters)++;
	}
	return length;
}

/* Takes the last characters away, so that so many are left; and blanks before the cut. */
static void
line_cut(StringInfo out, int line_start, int characters)
{
	int			length = line_start;

	while (characters-- > 0 && length < out->len)
		length += pg_mblen(out->data + length);
	while (length > line_start && is_blank(out->data[length - 1]))
		length--;
	out->len = length;
	out->data[length] = '\0';
}

char *
label_wrap(const char *text, int width, int lines)
{
	StringInfoData out;
	int			line_start = 0;
	int			used = 0;		/* characters of the line */
	int			line = 1;

	initStringInfo(&out);
	for (;;)
	{
		int			characters;
		int			length;

		while (*text != '\0' && is_blank(*text))
			text++;
		if (*text == '\0')
			return out.data;
		length = length_of_word(text, &characters);
		if (used > 0 && used + 1 + characters > width)
		{
			if (line++ == lines)
				break;
			appendStringInfoChar(&out, '\n');
			line_start = out.len;
			used = 0;
		}
		else if (used > 0)
		{
			appendStringInfoChar(&out, ' ');
			used++;
		}
		if (characters > width)
		{
			/* A word longer than a line goes on in the next one. */
			length = 0;
			for (characters = 0; characters < width; characters++)
				length += pg_mblen(text + length);
		}
		appendBinaryStringInfo(&out, text, length);
		used += characters;
		text += length;
	}
	line_cut(&out, line_start, Min(used, width - (int) strlen(ELLIPSIS)));
	appendStringInfoString(&out, ELLIPSIS);
	return out.data;
}
