/*
 * step_match.c
 *		Which step of one definition is which of another: by its name, by what it
 *		says, by its title.
 *
 * First come the lists of steps that belong together, from the outside in: what
 * says the same in both is the same. Then steps that have a name, wherever they
 * stand; then what says the same, wherever it stands; then, in lists that belong
 * together, steps of one title, and of one kind. Those that are left were added or
 * removed. Equals are paired in their order, by sorting, so that all of it costs
 * n log n.
 */
#include "postgres.h"

#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/step_match.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

/* What nodes are paired by. */
typedef enum MatchBy
{
	BY_NAME,
	BY_CONTENT,
	BY_TITLE,
	BY_KIND
} MatchBy;

/* A node that looks for its like. */
typedef struct Candidate
{
	const char *list;			/* "" where it does not matter */
	const char *key;
	bool		is_new;
	int			node;
} Candidate;

/* Places of which each is behind the one before it. */
typedef struct RisingPart
{
	int			previous;		/* the part without the last of them */
	int			length;
	int			same;			/* how many have the same number as before */
} RisingPart;

typedef struct Matching
{
	StepTree   *old;
	StepTree   *new;
} Matching;

static void match_nodes(const Matching *matching, int old_parent, int new_parent, MatchBy by);

/* Has a step a list of this key? */
static bool
has_list(const Step *step, const char *key)
{
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		if (strcmp(((const Branch *) lfirst(cell))->key, key) == 0)
			return true;
	}
	return false;
}

bool
step_key_is_list(const Step *step, const char *key)
{
	return strcmp(key, "cases") == 0 || strcmp(key, "on_error") == 0 || has_list(step, key);
}

/* All that a step says but for what is below it, the same for the same; only that is kept. */
static char *
step_content(StepTree *tree, const Step *step)
{
	MemoryContext old = MemoryContextSwitchTo(tree->scratch);
	Json	   *own = json_new_object();
	char	   *content;

	for (int i = 0; i < step->json->count; i++)
		if (!step_key_is_list(step, step->json->keys[i]))
			json_add(own, step->json->keys[i], step->json->items[i]);
	content = DatumGetCString(DirectFunctionCall1(jsonb_out, json_to_jsonb(own)));
	MemoryContextSwitchTo(old);
	content = pstrdup(content);
	MemoryContextReset(tree->scratch);
	return content;
}

/* Kind and subject of a step, which of some kinds are its values, or nothing. */
static char *
node_title(const Step *step)
{
	const Json *subject = step->subject;

	if (subject == NULL || subject->kind == JSON_IS_OBJECT || subject->kind == JSON_IS_NULL)
		return pstrdup(step->kind->name);
	return psprintf("%s %s", step->kind->name,
					subject->kind == JSON_IS_STRING ? subject->text : json_text(subject));
}

/* Adds a node; end is set when all below it are there. */
static int
add_step_node(StepTree *tree, StepNode node)
{
	if (tree->count == tree->allocated)
	{
		tree->allocated *= 2;
		tree->nodes = repalloc_huge(tree->nodes, sizeof(StepNode) * tree->allocated);
	}
	node.match = -1;
	tree->nodes[tree->count] = node;
	return tree->count++;
}

static void add_step_nodes(StepTree *tree, const List *steps, int parent, const char *list);

/* Adds a case and its steps. */
static void
add_case_node(StepTree *tree, const Branch *branch, int parent, int number)
{
	StepNode	node = {
		.branch = branch,
		.path = branch->path,
		.parent = parent,
		.list = "case",
		.place = number - 1,
		.title = psprintf("case %s", formula_text(branch->when)),
		.content = branch->when,
	};
	int			index = add_step_node(tree, node);

	add_step_nodes(tree, branch->steps, index, "do");
	tree->nodes[index].end = tree->count;
}

/* Adds steps and those below them. */
static void
add_step_nodes(StepTree *tree, const List *steps, int parent, const char *list)
{
	ListCell   *cell;
	ListCell   *branch_cell;

	check_stack_depth();
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);
		int			cases = 0;
		StepNode	node = {
			.step = step,
			.path = step->path,
			.parent = parent,
			.list = list,
			.place = foreach_current_index(cell),
			.title = node_title(step),
			.content = step_content(tree, step),
		};
		int			index = add_step_node(tree, node);

		CHECK_FOR_INTERRUPTS();
		foreach(branch_cell, step->branches)
		{
			const Branch *branch = lfirst(branch_cell);

			if (strcmp(branch->key, BRANCH_CASE) == 0)
				add_case_node(tree, branch, index, ++cases);
			else
				add_step_nodes(tree, branch->steps, index, branch->key);
		}
		tree->nodes[index].end = tree->count;
	}
}

StepTree *
step_tree(const Definition *definition)
{
	StepTree   *tree = palloc(sizeof(StepTree));
	StepNode	root = {.path = "", .parent = -1, .list = "", .title = "", .content = ""};

	tree->scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action comparison", ALLOCSET_DEFAULT_SIZES);
	tree->count = 0;
	tree->allocated = 64;
	tree->nodes = palloc(sizeof(StepNode) * tree->allocated);
	add_step_node(tree, root);
	add_step_nodes(tree, definition->steps, 0, "");
	tree->nodes[0].end = tree->count;
	MemoryContextDelete(tree->scratch);
	return tree;
}

/* Pairs two nodes, and what says the same below them. */
static void
pair_nodes(const Matching *matching, int old_node, int new_node)
{
	matching->old->nodes[old_node].match = new_node;
	matching->new->nodes[new_node].match = old_node;
	if (matching->old->nodes[old_node].end > old_node + 1 && matching->new->nodes[new_node].end > new_node + 1)
		match_nodes(matching, old_node, new_node, BY_CONTENT);
}

/* What a node is paired by; NULL: not at all. */
static const char *
candidate_key(const StepNode *node, MatchBy by)
{
	switch (by)
	{
		case BY_NAME:
			return node->step == NULL || node->step->name == NULL ? NULL :
				psprintf("%s %s", node->step->kind->name, node->step->name);
		case BY_CONTENT:
			return node->content;
		case BY_TITLE:
			return node->title;
		case BY_KIND:
			return node->step == NULL ? "case" : node->step->kind->name;
	}
	return NULL;
}

/* For qsort(): by list and key, the old before the new, each in their order. */
static int
candidate_compare(const void *a, const void *b)
{
	const Candidate *one = a;
	const Candidate *other = b;
	int			order = strcmp(one->list, other->list);

	if (order == 0)
		order = strcmp(one->key, other->key);
	if (order == 0)
		order = one->is_new - other->is_new;
	return order != 0 ? order : one->node - other->node;
}

/* Pairs candidates of one list and key in their order. */
static void
pair_candidates(const Matching *matching, Candidate *candidates, int count)
{
	int			start = 0;

	qsort(candidates, count, sizeof(Candidate), candidate_compare);
	while (start < count)
	{
		int			middle = start;
		int			end;

		while (middle < count && !candidates[middle].is_new && strcmp(candidates[middle].key, candidates[start].key) == 0 &&
			   strcmp(candidates[middle].list, candidates[start].list) == 0)
			middle++;
		for (end = middle; end < count && candidates[end].is_new && strcmp(candidates[end].key, candidates[start].key) == 0 &&
			 strcmp(candidates[end].list, candidates[start].list) == 0; end++)
		{
			int			turn = end - middle;

			/* a pair may have been found below one that was paired meanwhile */
			if (start + turn < middle &&
				matching->old->nodes[candidates[start + turn].node].match < 0 &&
				matching->new->nodes[candidates[end].node].match < 0)
				pair_nodes(matching, candidates[start + turn].node, candidates[end].node);
		}
		start = Max(end, start + 1);
	}
}

/* Adds those of a tree's nodes that are not paired: the children of one, or all. */
static int
add_candidates(Candidate *candidates, int count, const StepTree *tree, int parent, MatchBy by, bool is_new)
{
	int			first = parent < 0 ? 1 : parent + 1;
	int			last = parent < 0 ? tree->count : tree->nodes[parent].end;

	for (int i = first; i < last; i = parent < 0 ? i + 1 : tree->nodes[i].end)
	{
		const StepNode *node = &tree->nodes[i];
		Candidate	candidate = {parent < 0 ? "" : node->list, NULL, is_new, i};

		if (node->match < 0 && (candidate.key = candidate_key(node, by)) != NULL)
			candidates[count++] = candidate;
	}
	return count;
}

/* Pairs nodes that are like each other: of two parents, or wherever they stand. */
static void
match_nodes(const Matching *matching, int old_parent, int new_parent, MatchBy by)
{
	const StepTree *old = matching->old;
	const StepTree *new = matching->new;
	int			most = old_parent < 0 ? old->count + new->count :
		old->nodes[old_parent].end - old_parent + new->nodes[new_parent].end - new_parent;
	Candidate  *candidates = palloc_extended(sizeof(Candidate) * most, MCXT_ALLOC_HUGE);
	int			count = add_candidates(candidates, 0, old, old_parent, by, false);

	check_stack_depth();		/* what is paired has its own lists paired at once */
	CHECK_FOR_INTERRUPTS();
	count = add_candidates(candidates, count, new, new_parent, by, true);
	pair_candidates(matching, candidates, count);
	pfree(candidates);
}

/* Pairs what is in the lists of all nodes that are paired; those that come to be are further down. */
static void
match_lists(const Matching *matching, MatchBy by)
{
	for (int i = 0; i < matching->old->count; i++)
		if (matching->old->nodes[i].match >= 0 && matching->old->nodes[i].end > i + 1)
			match_nodes(matching, i, matching->old->nodes[i].match, by);
}

/* Is a part longer than another found before, or as long and with no fewer that kept their numbers? */
static bool
part_is_better(const RisingPart *part, const RisingPart *other)
{
	return part->length != other->length ? part->length > other->length : part->same >= other->same;
}

/*
 * The longest rising part of the places is what stays. The best part that ends at or
 * below a place is found in a tree of such (of each place, over those that its lowest
 * bit says), so that it costs n log n.
 */
void
places_out_of_order(const int *places, const int *new_places, int count, bool *moved)
{
	RisingPart *parts = palloc0(sizeof(RisingPart) * (count + 1));	/* [i + 1] ends with i, [0] is
																	 * empty */
	int			most = 0;
	int		   *best;			/* part of each place of the tree */
	int			longest = 0;

	for (int i = 0; i < count; i++)
		most = Max(most, places[i] + 1);
	best = palloc0(sizeof(int) * (most + 1));
	for (int i = 0; i < count; i++)
	{
		RisingPart *part = &parts[i + 1];

		part->previous = 0;
		for (int place = places[i]; place > 0; place -= place & -place)
			if (part_is_better(&parts[best[place]], &parts[part->previous]))
				part->previous = best[place];
		part->length = parts[part->previous].length + 1;
		part->same = parts[part->previous].same + (places[i] == new_places[i]);
		for (int place = places[i] + 1; place <= most; place += place & -place)
			if (part_is_better(part, &parts[best[place]]))
				best[place] = i + 1;
		if (part_is_better(part, &parts[longest]))
			longest = i + 1;
		moved[i] = true;
	}
	for (int i = longest; i > 0; i = parts[i].previous)
		moved[i - 1] = false;
	pfree(best);
	pfree(parts);
}

/* Is a node in the list of the other definition that belongs to its own? */
static bool
stays_in_list(const StepNode *node, const StepTree *new, const StepTree *old)
{
	const StepNode *before = &old->nodes[node->match];

	return strcmp(node->list, before->list) == 0 && new->nodes[node->parent].match == before->parent;
}

/* Finds which nodes of a list went past others; returns the first node behind the list. */
static int
note_order(StepTree *new, const StepTree *old, int first, int end)
{
	int			most = 0;
	int			count = 0;
	int		   *nodes;
	int		   *places;
	int		   *new_places;
	bool	   *moved;
	int			next;

	for (next = first; next < end && strcmp(new->nodes[next].list, new->nodes[first].list) == 0; next = new->nodes[next].end)
		most++;
	nodes = palloc(sizeof(int) * most);
	places = palloc(sizeof(int) * most);
	new_places = palloc(sizeof(int) * most);
	moved = palloc(sizeof(bool) * most);
	for (int i = first; i < next; i = new->nodes[i].end)
	{
		StepNode   *node = &new->nodes[i];

		if (node->match < 0)
			continue;
		if (!stays_in_list(node, new, old))
		{
			node->moved = true;
			continue;
		}
		nodes[count] = i;
		new_places[count] = node->place;
		places[count++] = old->nodes[node->match].place;
	}
	places_out_of_order(places, new_places, count, moved);
	for (int i = 0; i < count; i++)
		new->nodes[nodes[i]].moved = moved[i];
	return next;
}

void
step_trees_match(StepTree *old, StepTree *new)
{
	Matching	matching = {old, new};

	pair_nodes(&matching, 0, 0);
	match_nodes(&matching, -1, -1, BY_NAME);
	match_nodes(&matching, -1, -1, BY_CONTENT);
	match_lists(&matching, BY_TITLE);
	match_lists(&matching, BY_KIND);
	for (int i = 0; i < new->count; i++)
		for (int first = i + 1; first < new->nodes[i].end;)
			first = note_order(new, old, first, new->nodes[i].end);
}
