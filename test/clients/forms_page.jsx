// The page of forms.mjs: the form of an action as react-jsonschema-form and as JSON Forms
// show it, each as it comes. What is submitted goes to the plain gateway; an error is
// shown at the field that it speaks of.
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import Form from '@rjsf/core';
import { customizeValidator } from '@rjsf/validator-ajv8';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { JsonForms } from '@jsonforms/react';
import { vanillaCells, vanillaRenderers } from '@jsonforms/vanilla-renderers';

const validator = customizeValidator({ AjvClass: Ajv2020 });
const ajv = addFormats(new Ajv2020({ allErrors: true, verbose: true, strict: false }));

// The fields of an error: one that its message names, those that its step asks something of, or none
function errors_at_fields(error, { ui }) {
	const text = [error.message, error.hint].filter(Boolean).join('. ');
	const named = /input "([^"]+)"/.exec(error.message)?.[1];
	const fields = named ? [named] : ui.fields_of_steps[error.step] ?? [];

	return fields.length ? Object.fromEntries(fields.map((field) => [field, { __errors: [text] }])) : { __errors: [text] };
}

function ReactForm({ form }) {
	const [data, set_data] = useState(form.data);
	const [errors, set_errors] = useState({});
	const submit = async ({ formData }) => {
		const response = await fetch(`/actions/${form.action}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(formData) });
		const said = await response.json();

		set_errors(response.ok ? {} : errors_at_fields(said, form));
		window.outcomes.push({ status: response.status, said, sent: formData });
	};

	return <Form schema={form.schema} uiSchema={form.ui.rjsf} formData={data} validator={validator} extraErrors={errors} extraErrorsBlockSubmit={false} showErrorList={false}
		onChange={(event) => set_data(event.formData)} onSubmit={submit} />;
}

function Other({ form }) {
	const [data, set_data] = useState(form.data);

	return <JsonForms ajv={ajv} schema={form.schema} uischema={form.ui.jsonforms} data={data} renderers={vanillaRenderers} cells={vanillaCells}
		onChange={(event) => { window.other = event; set_data(event.data); }} />;
}

const roots = ['react', 'other'].map((id) => createRoot(document.getElementById(id)));

window.outcomes = [];
// Shows a form; what it holds first has to fit its schema, but for what is missing still.
window.show = (form) => {
	roots[0].render(<ReactForm key={form.action} form={form} />);
	roots[1].render(<Other key={form.action} form={form} />);
	return validator.validateFormData(form.data, form.schema).errors.filter((error) => error.name !== 'required').map((error) => error.stack);
};
window.ready = true;
