import type {StepResult} from '../../harness/runner.ts';
import type {SimulatorOptions} from '../../simulator/simulator.ts';
import type {ReleaseStage, ReleaseStageOptions} from '../fixtures/release-stage.ts';

/** A failure that people meet, and how to bring it about with the built action. */
export interface Failure {
  readonly cloud?: SimulatorOptions;
  readonly github?: Omit<ReleaseStageOptions, 'cloud'>;
  readonly play: (stage: ReleaseStage) => Promise<StepResult>;
  /** The kind of annotation that tells of it. The step is red with an error, and green with a warning. */
  readonly told?: 'error' | 'warning';
}
