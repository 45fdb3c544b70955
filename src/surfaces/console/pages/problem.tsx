import type { Problem, ProblemStatus } from '../../problem.ts';
import { type Frame, Page } from '../parts/layout.tsx';
import { ProblemNotice } from './sign-in.tsx';

const titles: Record<ProblemStatus, string> = {
  400: 'This could not be read',
  401: 'Sign in first',
  403: 'You may not do this',
  404: 'There is no such page',
  409: 'It does not go together with how things stand',
  413: 'That was too much at once',
  415: 'This could not be read',
  421: 'Wrong address',
  422: 'Something is missing or does not fit',
  429: 'Too many attempts',
  500: 'Something went wrong here',
  503: 'A part of Tocsin does not answer',
};

export function ProblemPage({ frame, problem, back }: { frame: Frame; problem: Problem; back: string | null }) {
  const title = titles[problem.status];
  return (
    <Page frame={frame} title={`Error: ${title.charAt(0).toLowerCase()}${title.slice(1)}`}>
      <div class="narrow small-page stack">
        <h1>{title}</h1>
        <ProblemNotice problem={problem} />
        <div class="btns">
          {back && (
            <a class="btn main" href={back}>
              Go back
            </a>
          )}
          <a class="btn" href={frame.person ? '/' : '/sign-in'}>
            {frame.person ? 'Open Now' : 'Sign in'}
          </a>
        </div>
        <p class="small quiet">
          {problem.status}, <code>{problem.code}</code>
        </p>
      </div>
    </Page>
  );
}
