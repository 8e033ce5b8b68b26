//! Configuration to graph to plan to apply: the pipeline, knowing neither clouds nor meshes.
